"""Sound servers that speak PulseAudio's language, private to whoever starts them."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.waiting import wait_until

Environment = Mapping[str, str]


def wanted() -> str:
    """The server that tests are to run on: `SOUND_SERVER=pipewire`, else PulseAudio."""
    return os.environ.get("SOUND_SERVER", "pulseaudio")


def is_here() -> bool:
    """Whether that one is installed."""
    return shutil.which(wanted()) is not None


def socket_of(folder: Path) -> Path:
    """Where it will listen."""
    return folder / ("pulse/native" if wanted() == "pipewire" else "socket")


@contextmanager
def server(folder: Path, env: Environment) -> Iterator[int]:
    """Run it; the value is the number of the process that speaks PulseAudio's language."""
    with ExitStack() as stack:
        yield (_pipewire if wanted() == "pipewire" else _pulseaudio)(folder, env, stack)


def _pulseaudio(folder: Path, env: Environment, stack: ExitStack) -> int:
    program = [
        "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
        "--disallow-exit", "--log-level=error",
        f"-L module-native-protocol-unix socket={socket_of(folder)} auth-anonymous=1",
    ]  # fmt: skip
    return _start(program, env, stack)


def _pipewire(folder: Path, env: Environment, stack: ExitStack) -> int:
    bus = folder / "bus"
    # WirePlumber remembers volumes.
    own = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}", "XDG_STATE_HOME": f"{folder}/state"}
    on_bus = {**env, **own}
    _start(["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}"], env, stack)
    _start(["pipewire"], on_bus, stack)
    wait_until((folder / "pipewire-0").exists)
    _start(["wireplumber"], on_bus, stack)
    number = _start(["pipewire-pulse"], on_bus, stack)
    wait_until(socket_of(folder).exists)
    return number


def _start(program: list[str], env: Environment, stack: ExitStack) -> int:
    process = subprocess.Popen(
        program, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stack.callback(process.wait, timeout=10)
    stack.callback(process.terminate)
    return process.pid
