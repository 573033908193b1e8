"""What every test gets: folders of its own, so that no one's place or cache is touched."""

import gc
import signal
from collections.abc import Generator
from pathlib import Path

import pytest

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # OpenVoiceOS' tests run in an environment of their own, without it
    pass
else:
    # How long an example takes, or is thought out, says more about the machine's other work.
    settings.register_profile(
        "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("shared machine")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts something in the background has it ignore Ctrl-C, and its children too;
    # tests press Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

CORE = Path(__file__).parent / "core"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end. Looking for garbage in it took a quarter of the time
    of collecting it, in each of the processes, and went on doing so while the tests ran.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first, or one core would be left alone with it at the end; what
    tests the core is marked, so that `scripts/test` can tell it from the rest.
    """
    for item in items:
        if item.path.is_relative_to(CORE):
            item.add_marker("core")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders for cache, state, configuration and data, shared by the whole run."""
    root = tmp_path_factory.mktemp("home")
    return {
        f"XDG_{kind}_HOME": str(root / kind.lower())
        for kind in ("CACHE", "STATE", "CONFIG", "DATA")
    }


@pytest.fixture(autouse=True)
def own_homes(homes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Use those folders in this process and in every one it starts."""
    for name, value in homes.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The repository's top folder."""
    return Path(__file__).parent.parent
