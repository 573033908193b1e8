"""What goes with a live session and can be turned off: the composition root of comforts."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from skill.audio.waking import WakingSpeaker
from skill.ducking import Ducking
from skill.ports import AudioSource, Playback, Speaker
from skill.recorder.recorder import Recorder
from skill.recorder.ring import Ring, Ringed
from skill.recorder.shelf import RecordingShelf
from skill.session import Observer
from skill.settings import Settings

LOWERED = "lowered.json"
"""In the state folder, while music is quiet."""
RECORDINGS = "recordings"
"""In the state folder; what "that was wrong" keeps."""


class Comforts:
    """Lead-in, ducked music and the recorder, around one session.

    Args:
        settings: say which are wanted.
        journal: of the session, which the recorder keeps with the sound; without it, no recorder.
        stamp: date and time for the names of recordings.
        tell: gets sentences for the person, from any thread.
        stack: everything is closed with it.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Path | None,
        stamp: Callable[[], str],
        tell: Callable[[str], None],
        stack: ExitStack,
    ) -> None:
        self._ring: Ring | None = None
        self.observers: Sequence[Observer] = ()
        if settings.duck_music:
            from skill.audio.music import Music  # noqa: PLC0415 - imported when it is chosen

            music = stack.enter_context(Music(settings.state / LOWERED))
            self.observers = (Ducking(music),)
        if settings.keep_minutes and journal is not None:
            self._ring = Ring(settings.keep_minutes * 60)
            shelf = RecordingShelf(settings.state / RECORDINGS)
            recorder = Recorder(self._ring, shelf, journal, stamp, tell)
            self.observers = (*self.observers, stack.enter_context(recorder))

    def source(self, source: AudioSource, playback: Playback) -> AudioSource:
        """The microphone as the session hears it, beside what the loudspeaker plays."""
        return source if self._ring is None else Ringed(source, playback, self._ring)

    def speaker(self, speaker: Speaker) -> Speaker:
        """The loudspeaker as the narrator uses it."""
        return WakingSpeaker(speaker)
