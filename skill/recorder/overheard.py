"""What the coach of a kept recording said, for the replay to take out of what was heard."""

from collections.abc import Iterator

from skill.audio.session_file import from_pcm
from skill.ports import AudioSource, Block, Samples
from skill.recorder.retold import Retold


class Overheard:
    """The coach's side of a session as it was: a `skill.ports.Playback`.

    A replay's own coach is not quite in time with it, and may come to say something else; the
    microphone heard the one that was.

    Args:
        voice: the coach's, block for block beside the person's.
        retold: knows when the speaker was there again.
    """

    def __init__(self, voice: AudioSource, retold: Retold) -> None:
        self._blocks: Iterator[Block] = voice.blocks()
        self._retold = retold

    @property
    def changes(self) -> int:
        """How often another speaker has taken over."""
        return self._retold.speakers

    def played(self, start_frame: int, frames: int) -> Samples:
        """What was played in these frames, which are asked for in their order."""
        block = next(block for block in self._blocks if block.start_frame >= start_frame)
        return from_pcm(block.pcm[:frames])
