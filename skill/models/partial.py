"""A download in progress on the disk, and what the server said about the whole file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError


class Offer(BaseModel):
    """What a server says about the file it has.

    Attributes:
        url: as asked for, before redirects.
        etag, modified: the headers ETag and Last-Modified.
        total: size of the whole file in bytes.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    url: str
    etag: str | None
    modified: str | None
    total: int | None

    @property
    def validator(self) -> str | None:
        """What `If-Range` may carry: a strong ETag, else a date (RFC 9110, 13.1.5)."""
        if self.etag is not None and not self.etag.startswith("W/"):
            return self.etag
        return self.modified

    def may_be(self, other: "Offer") -> bool:
        """Whether nothing that both know says that these are two files."""
        pairs = (
            (self.etag, other.etag),
            (self.modified, other.modified),
            (self.total, other.total),
        )
        return all(mine == theirs for mine, theirs in pairs if None not in {mine, theirs})


def offer(url: str, response: httpx.Response) -> tuple[Offer, int]:
    """What a response says about the whole file, and at which byte of it the body starts."""
    headers = response.headers
    start, total = 0, headers.get("Content-Length")
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        found = re.fullmatch(
            r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)", headers.get("Content-Range", "")
        )
        start, total = (int(found[1]), found[2]) if found else (-1, None)
    return (
        Offer(
            url=url,
            etag=_returnable(headers.get("ETag")),
            modified=_returnable(headers.get("Last-Modified")),
            total=int(total) if total is not None and total.isdecimal() else None,
        ),
        start,
    )


def _returnable(header: str | None) -> str | None:
    """What a server says, if it can be said to it again."""
    return header if header is not None and header.isascii() else None


@dataclass(frozen=True, slots=True)
class Partial:
    """The file that grows, and the memory beside it."""

    path: Path

    @property
    def _memory(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def known(self, url: str) -> tuple[Offer | None, int]:
        """What the part is a part of, and how many bytes are there; None and 0 if unsure."""
        try:
            known = Offer.model_validate_json(self._memory.read_bytes())
            have = self.path.stat().st_size
        except (FileNotFoundError, ValidationError):
            return None, 0
        return (known, have) if known.url == url else (None, 0)

    def open(self, offered: Offer, start: int) -> IO[bytes]:
        """Open for writing at `start`: its end, or 0 to begin again."""
        file = self.path.open("ab" if start else "wb")
        # Written when the old bytes are gone: the memory never describes another file's bytes.
        self._memory.write_text(offered.model_dump_json(), encoding="utf-8")
        return file

    def forget(self) -> None:
        """Remove both."""
        self._memory.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
