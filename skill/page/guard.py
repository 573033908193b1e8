"""Who may see the page and who may command: pure checks of a request.

Three walls, each enough against what it stands for. The access code keeps strangers of the same
network out: nothing is told to whoever lacks it. The host check keeps out a hostile page whose name
has been made to point here (DNS rebinding): a browser then sends that page's name. The origin check
keeps commands of other pages out, even of one that has learnt the code.
"""

import base64
import ipaddress
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from skill.errors import StorageError

CODE_BYTES = 10
"""80 bits: sixteen letters and digits."""
LOCAL = frozenset({"localhost"})


def keep_code(path: Path) -> str:
    """The access code of this machine: made once, so that a bookmarked address goes on working.

    Raises:
        StorageError: if it can be neither read nor written.
    """
    try:
        if path.exists():
            known = path.read_text(encoding="ascii", errors="replace").strip()
            if len(known) >= CODE_BYTES and known.isalnum():
                return known
        code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - nobody else may read it, from the first moment
            file.write(code + "\n")
    except OSError as failure:
        raise StorageError(
            f"The page's access code cannot be kept in {path}: {failure.strerror}.",
            "Make the folder writable, or run without --page.",
        ) from failure
    return code


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach an address."""
    if host in LOCAL:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_allowed(host_header: str, names: frozenset[str], *, loopback: bool) -> bool:
    """Whether a request was meant for this machine.

    Args:
        host_header: name and port, as the browser sent them.
        names: what this machine is called, lower case.
        loopback: whether it is served to this machine only.
    """
    name = _host_name(host_header)
    if loopback:
        return is_loopback(name)
    # An address cannot be made to point elsewhere, as a name can.
    return name in names | LOCAL or _is_address(name)


def _host_name(host_header: str) -> str:
    if host_header.startswith("["):
        return host_header[1:].partition("]")[0]
    return host_header.partition(":")[0].lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def command_refused(headers: Mapping[str, str]) -> str | None:
    """Why a request may not command, or None. Every browser tells where a command comes from."""
    origin = headers.get("origin", "")
    if origin not in {f"http://{headers.get('host', '')}", f"https://{headers.get('host', '')}"}:
        return "A command must come from the coach's own page."
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "A command must come from the coach's own page."
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return "A command must be JSON."
    return None


def code_matches(given: str, code: str) -> bool:
    """Whether an access code is the right one; takes as long for every wrong one."""
    return secrets.compare_digest(given.encode(), code.encode())
