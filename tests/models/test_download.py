"""A real server on this machine, with everything that goes wrong on the way."""

import hashlib
import socket
from pathlib import Path

import httpx
import pytest

from skill.errors import DownloadError
from skill.models.download import Patience
from skill.models.install import install
from skill.models.partial import offer
from skill.models.progress import Progress, Stage
from skill.models.store import Places, installed
from tests.models.archives import FILES, TOP, contents, describe, pack
from tests.models.calls import QUICK, failure, get, left
from tests.models.server import Site, serving

PACKED = pack(FILES)
HALF = len(PACKED) // 2


def test_a_model_is_fetched_checked_and_unpacked(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    assert installed(entry, root) is None

    folder = get(entry, root)

    assert folder == root / TOP == installed(entry, root)
    assert contents(folder) == FILES
    assert left(root) == {TOP}


def test_an_installed_model_is_not_fetched_again(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    get(entry, root)
    get(entry, root)

    assert len(site.asked) == 1


def test_progress_goes_from_nothing_to_everything_in_each_stage(site: Site, root: Path) -> None:
    steps: list[Progress] = []

    get(describe(PACKED, site.url), root, steps.append)

    totals = {
        Stage.DOWNLOADING: len(PACKED),
        Stage.CHECKING: len(PACKED),
        Stage.UNPACKING: sum(map(len, FILES.values())),
    }
    assert list(dict.fromkeys(step.stage for step in steps)) == list(totals)
    for stage, total in totals.items():
        done = [step.done for step in steps if step.stage is stage]
        assert len(done) > 1
        assert done == sorted(done)
        assert done[-1] == total
        assert {step.total for step in steps if step.stage is stage} == {total}
    assert steps[0].done == 0


def test_a_broken_connection_is_continued_where_it_broke(site: Site, root: Path) -> None:
    site.breaks = [HALF]

    folder = get(describe(PACKED, site.url), root)

    assert site.ranges_asked == [None, f"bytes={HALF}-"]
    assert site.asked[1]["If-Range"] == '"one"'
    assert contents(folder) == FILES


def test_an_etag_that_no_header_may_have_is_not_given_back(site: Site, root: Path) -> None:
    site.etag = '"für"'
    site.breaks = [HALF]
    assert contents(get(describe(PACKED, site.url), root)) == FILES
    assert [headers["If-Range"] for headers in site.asked] == [None, None]


@pytest.mark.parametrize(
    "content_range", ["bytes 9-9/" + "9" * 5000, "bytes " + "9" * 5000 + "-9/10", "bytes 9-9/ten"]
)
def test_a_place_in_a_file_that_is_none(content_range: str) -> None:
    response = httpx.Response(206, headers={"Content-Range": content_range})
    offered, start = offer("https://example.invalid/a.zip", response)
    assert (offered.total, start) == (None, -1)


def test_the_next_call_continues_what_the_last_one_left(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    site.breaks = [HALF, 10, 10]
    error = failure(DownloadError, entry, root)
    assert "broke again and again" in error.problem
    assert "goes on where this one stopped" in error.remedy

    steps: list[Progress] = []
    folder = get(entry, root, steps.append)

    assert site.ranges_asked[-1] == f"bytes={HALF + 20}-"
    assert steps[0] == Progress(Stage.DOWNLOADING, HALF + 20, len(PACKED))
    assert contents(folder) == FILES


def test_a_server_that_ignores_range_gives_everything_again(site: Site, root: Path) -> None:
    site.breaks, site.ranges = [HALF], False

    folder = get(describe(PACKED, site.url), root)

    assert len(site.asked) == 2
    assert contents(folder) == FILES


@pytest.mark.parametrize("checks", [True, False])
@pytest.mark.parametrize("etag", ['"two"', None])
def test_halves_of_two_files_are_never_joined(
    site: Site, root: Path, etag: str | None, *, checks: bool
) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    site.breaks = [HALF, 0, 0]
    failure(DownloadError, entry, root)
    other = {**FILES, "am/final.mdl": FILES["am/final.mdl"][::-1], "new": b"Longer than before.\n"}
    site.body, site.etag, site.checks = pack(other), etag, checks

    folder = get(entry, root)

    assert contents(folder) == other


def test_a_changed_file_of_the_same_size_is_told_by_its_etag(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    site.breaks = [HALF, 0, 0]
    failure(DownloadError, entry, root)
    other = {**FILES, "am/final.mdl": FILES["am/final.mdl"][::-1]}
    site.body, site.etag, site.checks = pack(other), '"two"', False
    assert len(site.body) == len(PACKED)

    assert contents(get(entry, root)) == other


def test_a_file_that_shrank_below_what_is_there_is_fetched_anew(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url, pinned=False)
    site.breaks, site.etag = [len(PACKED) - 1, 0, 0], None
    failure(DownloadError, entry, root)
    other = {name: content[:500] for name, content in FILES.items()}
    site.body = pack(other)

    assert contents(get(entry, root)) == other


def test_a_part_without_its_memory_is_not_used(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    site.breaks = [HALF, 0, 0]
    failure(DownloadError, entry, root)
    places = Places(entry, root)
    places.part.with_name(f"{places.part.name}.json").write_text("{", encoding="utf-8")

    get(entry, root)

    assert site.ranges_asked[-1] is None


def test_a_size_that_is_not_announced_is_enough(site: Site, root: Path) -> None:
    site.length = False
    steps: list[Progress] = []

    folder = get(describe(PACKED, site.url), root, steps.append)

    assert contents(folder) == FILES
    assert steps[0] == Progress(Stage.DOWNLOADING, 0, None)


def test_a_cut_that_nobody_announced_is_noticed(site: Site, root: Path) -> None:
    site.length, site.breaks = False, [HALF]

    problem = failure(DownloadError, describe(PACKED, site.url, pinned=False), root).problem

    assert "not a whole zip" in problem
    assert left(root) == set()


def test_a_wrong_checksum_is_refused_and_the_file_removed(site: Site, root: Path) -> None:
    entry = describe(PACKED, site.url)
    site.body = PACKED[:-1] + b"!"

    problem = failure(DownloadError, entry, root).problem

    assert str(entry.sha256) in problem
    assert hashlib.sha256(site.body).hexdigest() in problem
    assert left(root) == set()


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_file_of_another_size_is_not_fetched_to_its_end(
    site: Site, root: Path, *, pinned: bool, length: bool
) -> None:
    site.body, site.length = PACKED * 20, length
    steps: list[Progress] = []

    with pytest.raises(DownloadError, match="bytes instead of"):
        get(describe(PACKED, site.url, pinned=pinned), root, steps.append)

    assert max((step.done for step in steps), default=0) < (1 if length else len(PACKED) * 5)
    assert left(root) == set()


def test_a_missing_file_is_said_at_once_with_the_way_round(site: Site, root: Path) -> None:
    site.statuses = [404]

    error = failure(DownloadError, describe(PACKED, site.url), root)

    assert "404 Not Found" in error.problem
    assert site.url in error.problem
    assert f"models get {TOP} --from {TOP}.zip" in error.remedy
    assert len(site.asked) == 1


def test_a_busy_server_is_asked_again(site: Site, root: Path) -> None:
    site.statuses = [503, 429]

    assert contents(get(describe(PACKED, site.url), root)) == FILES


def test_a_server_that_stays_busy_is_given_up(site: Site, root: Path) -> None:
    site.statuses = [503] * 9

    assert "503" in failure(DownloadError, describe(PACKED, site.url), root).problem
    assert len(site.asked) == QUICK.tries


def test_no_server_is_one_sentence_and_a_remedy(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    entry = describe(PACKED, f"http://127.0.0.1:{port}/model.zip")

    with pytest.raises(DownloadError) as caught:
        install(entry, root, patience=Patience(tries=5, pause_s=60))

    assert caught.value.problem == "Cannot reach 127.0.0.1: Connection refused."
    assert f"roller-coach models get {TOP} --from {TOP}.zip" in caught.value.remedy
    assert entry.url in caught.value.remedy


def test_no_network_names_the_host(root: Path) -> None:
    entry = describe(PACKED, "https://no-such-host.invalid/model.zip")

    problem = failure(DownloadError, entry, root).problem

    assert problem.startswith("Cannot reach no-such-host.invalid: ")
    assert "[Errno" not in problem


def test_a_silent_server_is_given_up(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        entry = describe(PACKED, f"http://127.0.0.1:{silent.getsockname()[1]}/model.zip")
        with pytest.raises(DownloadError, match="timed out"):
            install(entry, root, patience=Patience(tries=2, pause_s=0, timeout_s=0.05))


def test_a_redirect_is_followed(site: Site, root: Path) -> None:
    site.location = "/moved"

    assert contents(get(describe(PACKED, site.url), root)) == FILES


def test_a_redirect_in_a_circle_is_given_up(site: Site, root: Path) -> None:
    site.location = "/model.zip"

    assert "redirects" in failure(DownloadError, describe(PACKED, site.url), root).problem


def test_a_redirect_to_an_open_address_is_refused(site: Site, root: Path) -> None:
    with serving(Site(PACKED), "127.0.0.2") as open_site:
        site.location = open_site.url
        problem = failure(DownloadError, describe(PACKED, site.url), root).problem

    assert problem == f"127.0.0.1 leads to {open_site.url}, which is not secure."


def test_unusable_proxy_settings_are_said(
    site: Site, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://[")

    error = failure(DownloadError, describe(PACKED, site.url), root)

    assert "Unknown scheme for proxy" in error.problem
    assert "HTTPS_PROXY" in error.remedy


def test_a_proxy_that_is_not_there_is_named_without_its_password(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{port}/")
    entry = describe(PACKED, "https://no-such-host.invalid/model.zip")

    error = failure(DownloadError, entry, root)

    way = f"Cannot reach no-such-host.invalid by way of the proxy 127.0.0.1:{port}: "
    assert error.problem.startswith(way)
    assert "secret" not in str(error)
    assert "HTTPS_PROXY" in error.remedy
    monkeypatch.setenv("NO_PROXY", "no-such-host.invalid")
    assert "proxy" not in failure(DownloadError, entry, root).problem


def test_a_proxy_that_refuses_is_named_and_asked_once(
    site: Site, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server that is no proxy answers CONNECT with 501; one that wants a password, with 407.
    monkeypatch.setenv("HTTPS_PROXY", site.url)
    entry = describe(PACKED, "https://no-such-host.invalid/model.zip")

    with pytest.raises(DownloadError, match=r"proxy does not let us through .*: 501") as caught:
        install(entry, root, patience=Patience(tries=5, pause_s=60))

    assert "HTTPS_PROXY" in caught.value.remedy
