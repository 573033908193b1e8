"""Makes an offline bundle; `scripts/bundle` runs it. See there for what it is.

One .tar of: the tracked files of this checkout that a coach needs, wheels for the other machine, a
lock file of exactly these wheels, Debian's packages of PortAudio and libatomic, pip, and SHA256SUMS
of it all.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

CHECKOUT = Path(__file__).resolve().parents[2]
SHIPPED = (
    *("skill", "models", "docs", "scripts/install-pi", "scripts/setup.sh", "scripts/pi"),
    *("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"),
    *("requirements.lock", "requirements-gpio.lock"),
)
LOCKS = ("requirements.lock", "requirements-gpio.lock")
SOURCE_ONLY = ("srt",)
"""Published as source only; pure Python, so that a wheel made here serves everywhere."""
RELEASES = {"3.11": "bookworm", "3.13": "trixie"}
DEBIAN = {"aarch64": "arm64", "x86_64": "amd64"}
GLIBC = {"3.11": 36, "3.13": 41}
"""Minor version of Debian's C library: the newest manylinux tag that its machines can use."""
SYSTEM_PACKAGES = ("libportaudio2", "libatomic1")
"""As scripts/setup.sh asks for them."""
ALWAYS_THERE = ("apt", "dpkg", "systemd", "python3-minimal", "util-linux", "passwd")
"""What these need is on every Debian, Raspberry Pi OS included, and is not packed."""
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)\s*(?P<marker>;[^\\]*)?")


NO_NETWORK = re.compile(
    "Failed to establish a new connection|Temporary failure|Could not resolve|Failed to connect"
    "|Could not connect|Network is unreachable|Connection refused|Cannot connect to proxy",
    re.IGNORECASE,
)
"""How pip, apt-get and curl say it, among much else."""
CLONE = "Make the bundle in a clone: git clone, and there ./scripts/bundle."


class PackError(Exception):
    """The bundle cannot be made; the text says why, and what to do."""


def locked(lock: Path, python: str, machine: str) -> list[tuple[str, str, list[str]]]:
    """Name, version and hashes of every package that the other machine needs."""
    there = {
        **{"python_version": python, "python_full_version": f"{python}.0"},
        **{"sys_platform": "linux", "platform_machine": machine, "platform_system": "Linux"},
        **{"os_name": "posix", "implementation_name": "cpython"},
        "platform_python_implementation": "CPython",
    }
    found: list[tuple[str, str, list[str]]] = []
    wanted = False
    for line in lock.read_text(encoding="utf-8").splitlines():
        head = PINNED.match(line)
        if head:
            marker = Requirement(f"x{head['marker']}").marker if head["marker"] else None
            wanted = marker is None or marker.evaluate(there)
            if wanted:
                found.append((head["name"], head["version"], []))
        elif wanted and "--hash=" in line:
            found[-1][2].append(line.strip().removesuffix("\\").strip())
    return found


def run(*command: str | Path) -> str:
    """A program's output; names of files that are not UTF-8 come through.

    Raises:
        PackError: if it fails, or is not there.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            list(map(str, command)),
            encoding="utf-8",
            errors="surrogateescape",
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as failure:
        raise PackError(
            f"There is no {name} here. Install it: sudo apt install {name}"
        ) from failure
    if done.returncode != 0:
        raise PackError(_why(name, done.stderr or done.stdout))
    return done.stdout


def _why(program: str, told: str) -> str:
    if NO_NETWORK.search(told):
        return (
            "The network, or a server that packages come from, cannot be reached. "
            "Make the bundle where pypi.org and deb.debian.org can be."
        )
    if "not a git repository" in told:
        return f"{CHECKOUT} was not cloned, so nothing says which files belong to it. {CLONE}"
    if "is not signed" in told or "NO_PUBKEY" in told:
        return (
            "Debian's keys, by which its packages are known, are missing here, or too old. "
            "Install them: sudo apt install debian-archive-keyring, or use --without-debs."
        )
    lines = [line for line in told.splitlines() if line.strip()] or ["it does not say why"]
    said = next((line for line in lines if line.lower().startswith(("error", "fatal"))), lines[-1])
    return f"{program} failed: {said.strip()}"


def fetch_wheels(folder: Path, python: str, machine: str) -> None:
    """Fetch the other machine's wheels, pip among them, checked against the lock file's hashes."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    packages = [one for lock in LOCKS for one in locked(CHECKOUT / lock, python, machine)]
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(17, GLIBC[python] + 1)]
    platforms = [
        part
        for tag in (*reversed(tags), f"manylinux2014_{machine}", f"linux_{machine}")
        for part in ("--platform", tag)
    ]
    lines = {
        name: " \\\n  ".join([f"{name}=={version}", *hashes]) for name, version, hashes in packages
    }
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch, "lock.txt")
        lock.write_text("\n".join(line for name, line in lines.items() if name not in SOURCE_ONLY))
        options = ("--no-deps", "--dest", str(folder), "--python-version", python, *platforms)
        fetch = (*pip, "download", *options, "--only-binary=:all:")
        run(*fetch, "--require-hashes", "--requirement", lock)
        run(*fetch, "pip")
        sources = Path(scratch, "sources.txt")
        sources.write_text("\n".join(lines[name] for name in SOURCE_ONLY))
        made = Path(scratch, "made")
        run(*pip, "wheel", "--no-deps", "-w", made, "--require-hashes", "-r", sources)
        for wheel in made.iterdir():
            if not wheel.name.endswith("-none-any.whl"):
                raise PackError(f"{wheel.name} serves only this machine; take it out of the lock.")
            shutil.move(wheel, folder)


def lock_of(folder: Path) -> str:
    """A lock file of exactly the wheels in a folder (pip installs, and is not installed)."""
    lines = []
    for wheel in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        if name != "pip":
            lines.append(f"{name}=={version} --hash=sha256:{digest(wheel)}")
    return "\n".join(lines) + "\n"


def fetch_debs(folder: Path, python: str, machine: str) -> None:
    """Fetch Debian's packages, with what they need that is not on every system.

    Raises:
        PackError: without apt-get, or without a network.
    """
    if shutil.which("apt-get") is None:
        raise PackError("There is no apt-get here, for PortAudio's package: use --without-debs.")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d"):
            (root / name).mkdir(parents=True)
        (root / "state/status").touch()
        keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (root / "etc/sources.list").write_text(
            f"deb [signed-by={keyring}] http://deb.debian.org/debian {RELEASES[python]} main\n"
        )
        settings = {
            "Dir::State": root / "state",
            "Dir::State::status": root / "state/status",
            "Dir::Cache": root / "cache",
            "Dir::Etc": root / "etc",
            "APT::Architecture": DEBIAN[machine],
            "APT::Architectures": DEBIAN[machine],
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "",
        }
        settings["APT::Update::Error-Mode"] = "any"  # without a network it would be content
        apt = ("apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items()))
        run(*apt, "update")
        packages = _addresses(run(*apt, "install", "--print-uris", *SYSTEM_PACKAGES))
        base = _addresses(run(*apt, "install", "--print-uris", *ALWAYS_THERE))
        for name in sorted(packages.keys() - base.keys()):
            address, check = packages[name]
            target = folder / Path(address).name
            run("curl", "-fsSL", "-o", target, address)
            if hashlib.new(check[0], target.read_bytes()).hexdigest() != check[1]:
                raise PackError(f"{address} is damaged. Start again.")


def _addresses(listing: str) -> dict[str, tuple[str, tuple[str, str]]]:
    found = {}
    for line in listing.splitlines():
        match = re.match(r"'(\S+)' (\S+) \d+ (\w+):(\w+)", line)
        if match:
            kind = match[3].replace("Sum", "").lower()
            found[match[2].split("_")[0]] = (match[1], (kind, match[4]))
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_checkout(folder: Path) -> None:
    """Copy what git tracks of the shipped files.

    Raises:
        PackError: if git tracks nothing here, or one of the files is not there.
    """
    # With zeros between: else names with other letters than ASCII's come in quotes.
    names = run("git", "-C", CHECKOUT, "ls-files", "-z", "--", *SHIPPED).split("\0")[:-1]
    if not names:
        raise PackError(f"git tracks nothing in {CHECKOUT}. {CLONE}")
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(CHECKOUT / name, target)
        except FileNotFoundError as failure:
            raise PackError(
                f"{name} is not there, though git tracks it. "
                f"Restore it (git checkout -- '{name}'), or remove it with git rm."
            ) from failure


def write_tar(folder: Path, output: Path) -> None:
    """Sums, then one file; the same content gives the same bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(folder)}\n" for path in files]
    (folder / "SHA256SUMS").write_bytes(os.fsencode("".join(sums)))

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(output, "w") as tar:
        for path in (*files, folder / "SHA256SUMS"):
            tar.add(path, f"{folder.name}/{path.relative_to(folder)}", filter=plain)


@contextmanager
def drafted(output: Path) -> Iterator[Path]:
    """A file beside a bundle that gets its name in the end; until then, what was there stays.

    Raises:
        PackError: if there can be no such file, or no room for what goes on in this block.
    """
    target = output.resolve() if output.is_symlink() else output
    draft = target.parent / f".{target.name}.new"
    try:
        if target.exists() and not target.is_file():
            raise PackError(f"{output} is no file. Name one with --output.")
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.touch()
        yield draft
        draft.replace(target)
    except OSError as failure:
        raise PackError(
            f"The bundle {output} cannot be made: {failure.filename or draft}: {failure.strerror}. "
            "Free some space, or name another place with --output."
        ) from failure
    finally:
        with suppress(OSError):  # it was never there
            draft.unlink()


def main() -> None:
    """Make the bundle that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="scripts/bundle", description="Make an offline bundle.")
    parser.add_argument("--python", choices=RELEASES, default="3.11", help="the other machine's")
    parser.add_argument("--machine", choices=DEBIAN, default="aarch64")
    parser.add_argument("--without-debs", action="store_true", help="no PortAudio packages")
    parser.add_argument("--output", type=Path)
    chosen = parser.parse_args()
    name = f"roller-coach-{RELEASES[chosen.python]}-{chosen.machine}"
    output = chosen.output or CHECKOUT / "build" / f"{name}.tar"
    with drafted(output) as draft, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, name)
        (folder / "wheels").mkdir(parents=True)
        copy_checkout(folder)
        print(f"bundle: wheels for Python {chosen.python}, {chosen.machine}", file=sys.stderr)
        fetch_wheels(folder / "wheels", chosen.python, chosen.machine)
        (folder / "wheels/lock.txt").write_text(lock_of(folder / "wheels"), encoding="utf-8")
        if not chosen.without_debs:
            print(f"bundle: Debian {RELEASES[chosen.python]}'s PortAudio", file=sys.stderr)
            (folder / "debs").mkdir()
            fetch_debs(folder / "debs", chosen.python, chosen.machine)
        write_tar(folder, draft)
    print(f"{output}: {output.stat().st_size / 1e6:.0f} MB, SHA-256 {digest(output)}")


if __name__ == "__main__":
    try:
        main()
    except PackError as failure:
        sys.exit(f"bundle: {failure}")
