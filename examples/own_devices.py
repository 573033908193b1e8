"""The coach inside another program: a microphone, a speaker and an observer of one's own.

Here the microphone is silence into which a recorded "start rolling" is put, the speaker only
counts, and everything runs as fast as it can:

    python examples/own_devices.py RECORDING

In a checkout: PYTHONPATH=. .venv/bin/python examples/own_devices.py RECORDING
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from skill import (
    Block,
    Clip,
    Coach,
    Command,
    Effect,
    Event,
    Heard,
    Press,
    Say,
    embed,
    read_settings,
)

RATE, BLOCK = 16_000, 800
ARGUMENTS = 2
SPEAKS_AT_S, STOPS_AT_S, ENDS_AT_S = 21, 28, 30


class Microphone:
    """Anything that yields blocks of 16 kHz sound, one after the other."""

    rate = RATE

    def __init__(self, recording: Path) -> None:
        said, rate = soundfile.read(recording, dtype="int16", always_2d=True)
        if rate != RATE:
            raise SystemExit(f"{recording} has {rate} frames a second instead of {RATE}.")
        self._sound = np.random.default_rng(1).normal(0, 8, ENDS_AT_S * RATE).astype(np.int16)
        rest = self._sound[SPEAKS_AT_S * RATE :]
        rest[: len(said)] += said[: len(rest), 0]

    def blocks(self) -> Iterator[Block]:
        """Everything, 50 ms at a time."""
        for start in range(0, len(self._sound), BLOCK):
            yield Block(start, self._sound[start : start + BLOCK])


class Loudspeaker:
    """Plays one clip at a time. This one only knows when it would have ended."""

    def __init__(self) -> None:
        self._ends: dict[int, int] = {}
        self.seconds = 0.0

    def play(self, clip: Clip, token: int, at: int) -> None:
        """Start a clip at a frame of the microphone, instead of what was playing."""
        self.seconds += clip.seconds
        self._ends = {token: at + round(clip.seconds * RATE)}

    def stop(self, at: int) -> None:
        """Be silent; a clip that is stopped never ends."""
        self._ends = {}

    def lower(self, at: int, *, low: bool) -> None:
        """Somebody talks over the coach. This one cannot be lowered."""

    def poll(self, at: int) -> Sequence[int]:
        """Tokens of the clips that have ended by now, each once."""
        ended = [token for token, end in self._ends.items() if end <= at]
        self._ends = {token: end for token, end in self._ends.items() if end > at}
        return ended


class Watcher:
    """Is told everything that happens."""

    def message(self, at: int, message: Event | Effect) -> None:
        """An event or effect, at a time in milliseconds."""
        match message:
            case Say():
                print(f"{at / 1000:5.1f} s  coach: {message.text}")
            case Heard():
                print(f"{at / 1000:5.1f} s  you: {message.phrase}")

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """A block has been handled."""


class Button:
    """Gives one command without a voice, 28 s after the start."""

    def __init__(self) -> None:
        self._blocks = 0

    def pressed(self) -> Sequence[Press]:
        """What has been pressed since the last block."""
        self._blocks += 1
        return (
            [Press(Command.STOP, None, "button")]
            if self._blocks == STOPS_AT_S * RATE // BLOCK
            else []
        )


def main() -> None:
    """Run a session of 30 s."""
    if len(sys.argv) != ARGUMENTS:
        raise SystemExit(f"Usage: python {sys.argv[0]} RECORDING")
    speaker = Loudspeaker()
    with embed(
        read_settings(),
        Microphone(Path(sys.argv[1])),
        speaker,
        observers=[Watcher()],
        hands=[Button()],
        live=False,
    ) as session:
        coach = session.run()
    print(f"The coach is {coach.phase}, and has spoken for {speaker.seconds:.0f} s.")


if __name__ == "__main__":
    main()
