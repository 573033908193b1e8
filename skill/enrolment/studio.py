"""Asks a person for one phrase after the other, and records what they say."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from skill.enrolment.cutter import Cutter, State
from skill.enrolment.takes import Take, flaw
from skill.errors import RecordingError
from skill.ports import AudioSource, Block, BlockKind, Clip, Speaker, Voice, VoiceDetector

PATIENCE_MS = 6_000
TRIES = 3
"""Nobody likes to be asked a fourth time; the phrase is left out."""
IN_VAIN = 2
"""Nobody has to be silent for a quarter of an hour to learn that the microphone is muted."""
ECHO_MS = 300
"""After the prompt, the room still speaks."""
PACE = 100


class Notice(StrEnum):
    """What the person at the screen is told."""

    SAY = "say"
    TAKEN = "taken"
    NOBODY = "nobody"
    FLAWED = "flawed"
    LEFT_OUT = "left out"


Tell = Callable[[Notice, str, str], None]
"""Is told what, about which phrase, and why."""


class Studio:
    """A microphone, a speaker and a voice that asks.

    Args:
        source: hears the person.
        speaker, voice: ask for each phrase.
        detector: makes a voice detector for each take.
        asking: how a phrase is asked for: "Say: {phrase}."
        tell: shows how it goes.
    """

    def __init__(
        self,
        source: AudioSource,
        speaker: Speaker,
        voice: Voice,
        detector: Callable[[], VoiceDetector],
        *,
        asking: str,
        tell: Tell = lambda _notice, _phrase, _why: None,
    ) -> None:
        self._rate = source.rate
        self._blocks: Iterator[Block] = iter(source.blocks())
        self._speaker = speaker
        self._voice = voice
        self._detector = detector
        self._asking = asking
        self._tell = tell
        self._token = 0
        self._over = False

    def say(self, text: str) -> None:
        """Say one sentence, and wait until it and its echo are over."""
        self._wait(self._voice.render(text, PACE))

    def ask_all(self, phrases: Sequence[str]) -> tuple[Take, ...]:
        """Ask for one phrase after the other.

        Returns:
            those that could be recorded.

        Raises:
            RecordingError: if the first ones could not: it is not the person then.
        """
        takes: list[Take] = []
        for number, phrase in enumerate(phrases):
            if number == IN_VAIN and not takes:
                raise RecordingError(
                    f"Nothing could be used of what was heard for the first {number} commands.",
                    "`roller-coach mic-test` says what would help the microphone.",
                )
            take = self.ask(phrase)
            if take is not None:
                takes.append(take)
        return tuple(takes)

    def ask(self, phrase: str) -> Take | None:
        """Ask for a phrase until it is recorded; None if it could not be."""
        for _ in range(TRIES):
            if self._over:
                break
            self._tell(Notice.SAY, phrase, "")
            self.say(self._asking.format(phrase=phrase))
            take = self._record(phrase)
            if take is not None:
                self._tell(Notice.TAKEN, phrase, "")
                return take
        self._tell(Notice.LEFT_OUT, phrase, "")
        return None

    def _record(self, phrase: str) -> Take | None:
        cutter = Cutter(self._detector(), PATIENCE_MS)
        while cutter.state is State.WAITING and not self._over:
            block = self._next()
            if block.kind is BlockKind.LOST:
                self._tell(Notice.FLAWED, phrase, "The microphone delivers nothing; see to it.")
                self._wait_for_microphone()
                return None
            cutter.feed(block)
        if cutter.state is not State.CUT:
            self._tell(Notice.NOBODY, phrase, "Nobody was heard.")
            return None
        wrong = flaw(cutter.pcm)
        if wrong is not None:
            self._tell(Notice.FLAWED, phrase, f"The recording {wrong}")
            return None
        return Take(phrase, cutter.pcm)

    def _wait_for_microphone(self) -> None:
        while self._next().kind is BlockKind.LOST:
            pass

    def _wait(self, clip: Clip) -> None:
        self._token += 1
        block = self._next()
        self._speaker.play(clip, self._token, block.end_frame)
        while not self._over and self._token not in self._speaker.poll(block.end_frame):
            block = self._next()
        quiet_at = block.end_frame + ECHO_MS * self._rate // 1000
        while not self._over and block.end_frame < quiet_at:
            block = self._next()

    def _next(self) -> Block:
        block = next(self._blocks)
        self._over = self._over or block.kind is BlockKind.ENDED
        return block
