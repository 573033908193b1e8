"""What one client may take of the machine: bytes at once, and patience."""

import asyncio
import json
from collections.abc import Awaitable
from typing import NoReturn, TypeVar

PATIENCE_S = 60.0
"""Longer than anybody thinks between two words. Who sends nothing, or reads nothing, for so long
gives the place to others."""
MOST_DATA = 64 * 1024
"""Bytes of an event's own data. As JSON in memory they may become twenty times as many."""

T = TypeVar("T")


class BoundedReader(asyncio.StreamReader):
    """A stream that refuses to collect more at once than an event may have.

    Both methods raise ValueError when they refuse; the library then ends the connection.

    Args:
        most: bytes that the payload of an event may have.

    Attributes:
        refusal: why the last event was refused, a sentence for the client; empty if it was not.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.refusal = ""
        self._most = most

    async def readline(self) -> bytes:
        """Read an event's first line."""
        line = await self._soon(super().readline())
        header = json.loads(line) if line else None
        if isinstance(header, dict) and header.get("data_length", 0) > MOST_DATA:
            self._refuse(f"The data of an event may have {MOST_DATA} bytes.")
        return line

    async def readexactly(self, n: int) -> bytes:
        """Read an event's data, or its payload."""
        if n > self._most:
            self._refuse(f"An event may have {self._most} bytes: send sound in more chunks.")
        return await self._soon(super().readexactly(n))

    async def _soon(self, read: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await read
        except TimeoutError:
            self._refuse(f"Nothing has come for {PATIENCE_S:.0f} s.")

    def _refuse(self, why: str) -> NoReturn:
        self.refusal = why
        raise ValueError(why)
