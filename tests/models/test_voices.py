"""Official voices: the list, and two files that are both right or not there at all."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from skill.errors import ContentError, DownloadError, VoiceError
from skill.models.manifest import Remote, VoiceEntry, load_voices
from skill.models.progress import Progress, Stage
from skill.models.seal import check_seal
from skill.models.store import Places
from skill.models.voices import install_voice, installed_voice, known_by
from tests.models.calls import QUICK
from tests.models.server import Site, serving

OFFICIAL = Path(__file__).parents[2] / "models" / "voices.yaml"
NAME = "en_US-tiny-low"
NETWORK = hashlib.shake_256(b"network").digest(300_000)
SETTINGS = b'{"audio": {"sample_rate": 16000}}'


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    with ExitStack() as stack:
        one, two = (stack.enter_context(serving(Site(body))) for body in (NETWORK, SETTINGS))
        yield one, two


def describe(sites: tuple[Site, Site], kind: str = "sha256") -> VoiceEntry:
    network, settings = (
        Remote(
            url=site.url,
            size=len(body),
            sha256=hashlib.sha256(body).hexdigest() if kind == "sha256" else None,
            md5=hashlib.md5(body, usedforsecurity=False).hexdigest() if kind == "md5" else None,
        )
        for site, body in zip(sites, (NETWORK, SETTINGS), strict=True)
    )
    return VoiceEntry(
        name=NAME,
        kind="piper",
        title="Tiny",
        language="en-US",
        licence="CC0-1.0",
        tried=True,
        model=network,
        config=settings,
    )


def test_the_official_list_says_what_is_known() -> None:
    voices = load_voices(OFFICIAL).voices
    assert len(voices) >= 4
    for entry in voices:
        language = entry.name.partition("_")[0]
        home = f"https://huggingface.co/rhasspy/piper-voices/resolve/main/{language}/"
        assert entry.language.startswith(language)
        for name, remote in entry.files:
            assert remote.url.startswith(home)
            assert remote.url.endswith(f"/{name}")
            assert remote.is_exact
        assert entry.config.size < 10_000
        assert entry.model.size > 60_000_000
        assert not entry.tried
    assert {known_by(entry) for entry in voices} == {"sha256", "md5"}


def test_a_voice_is_found_by_name_or_suggested() -> None:
    voices = load_voices(OFFICIAL)
    assert voices.find("en_GB-alba-medium").licence == "CC-BY-4.0"
    with pytest.raises(VoiceError, match=r"no official voice.*Try en_GB-alba-medium\.$"):
        voices.find("en_GB-alba-high")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("kind: piper", "kind: vosk", "voice 1 (en_US-ljspeech-medium), kind"),
        ("tried: false", "tried: perhaps", "voice 1 (en_US-ljspeech-medium), tried"),
        ("url: https:", "url: http:", "voice 1 (en_US-ljspeech-medium), model, url"),
        ("size: 63531379", "size: -1", "voice 1 (en_US-ljspeech-medium), model, size"),
        ("md5: null", "md5: abc", "voice 1 (en_US-ljspeech-medium), model, md5"),
        ("name: en_US-kathleen-low", "name: en_US-LJSpeech-medium", "used once"),
        ("voices:", "models:", "voices"),
    ],
)
def test_a_mistake_in_the_list_is_named(tmp_path: Path, old: str, new: str, place: str) -> None:
    path = tmp_path / "voices.yaml"
    path.write_text(OFFICIAL.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_voices(path)
    assert place in str(caught.value)


@pytest.mark.parametrize("kind", ["sha256", "md5", "nothing"])
def test_both_files_are_fetched_checked_and_sealed(
    sites: tuple[Site, Site], root: Path, kind: str
) -> None:
    entry = describe(sites, kind)
    assert installed_voice(entry, root) is None
    stages: list[Progress] = []
    model = install_voice(entry, root, stages.append, patience=QUICK)
    assert model == root / NAME / f"{NAME}.onnx" == installed_voice(entry, root)
    assert model.read_bytes() == NETWORK
    assert model.with_name(f"{NAME}.onnx.json").read_bytes() == SETTINGS
    check_seal(model.parent)
    assert {path.name for path in root.iterdir()} == {NAME, f".{NAME}.lock"}
    assert Stage.DOWNLOADING in {step.stage for step in stages}
    install_voice(entry, root, patience=QUICK)
    assert [len(site.asked) for site in sites] == [1, 1]


def test_a_download_goes_on_where_it_broke(sites: tuple[Site, Site], root: Path) -> None:
    sites[0].breaks = [100_000, 50_000, 10_000, 5_000]
    entry = describe(sites)
    with pytest.raises(DownloadError, match="same command again"):
        install_voice(entry, root, patience=QUICK)
    assert installed_voice(entry, root) is None
    install_voice(entry, root, patience=QUICK)
    assert sites[0].ranges_asked[0] is None
    assert None not in sites[0].ranges_asked[1:]


@pytest.mark.parametrize("kind", ["sha256", "md5", "nothing"])
@pytest.mark.parametrize("number", [0, 1])
def test_another_file_is_refused_and_forgotten(
    sites: tuple[Site, Site], root: Path, kind: str, number: int
) -> None:
    entry = describe(sites, kind)
    right = sites[number].body
    sites[number].body = right[:-1] if kind == "nothing" else right[:-1] + b"?"
    with pytest.raises(DownloadError, match="damaged or another file"):
        install_voice(entry, root, patience=QUICK)
    assert not Places(entry, root).model.exists()
    sites[number].body = right
    sites[number].etag = '"two"'
    assert install_voice(entry, root, patience=QUICK).read_bytes() == NETWORK


def test_without_a_network_one_sentence_names_both_files(root: Path) -> None:
    nowhere = Remote(url="https://host.invalid/a.onnx", size=1, sha256=None)
    entry = VoiceEntry(
        name=NAME,
        kind="piper",
        title="T",
        language="en",
        licence="MIT",
        tried=False,
        model=nowhere,
        config=nowhere.model_copy(update={"url": "https://host.invalid/a.json"}),
    )
    with pytest.raises(DownloadError, match=r"host\.invalid") as caught:
        install_voice(entry, root, patience=QUICK)
    assert "a.onnx and https://host.invalid/a.json" in caught.value.remedy
    assert "voices get" in caught.value.remedy


@pytest.mark.parametrize("how", ["file", "folder"])
def test_files_from_another_machine_are_taken_and_checked(
    sites: tuple[Site, Site], root: Path, tmp_path: Path, how: str
) -> None:
    entry = describe(sites)
    for name, body in zip((name for name, _ in entry.files), (NETWORK, SETTINGS), strict=True):
        (tmp_path / name).write_bytes(body)
    source = tmp_path / f"{NAME}.onnx" if how == "file" else tmp_path
    (tmp_path / f"{NAME}.onnx.json").write_bytes(SETTINGS + b" ")
    with pytest.raises(DownloadError, match="34 bytes instead of 33"):
        install_voice(entry, root, source=source)
    (tmp_path / f"{NAME}.onnx.json").unlink()
    with pytest.raises(DownloadError, match="no file"):
        install_voice(entry, root, source=source)
    (tmp_path / f"{NAME}.onnx.json").write_bytes(SETTINGS)
    assert install_voice(entry, root, source=source).read_bytes() == NETWORK
    assert source.exists()
    assert [len(site.asked) for site in sites] == [0, 0]
