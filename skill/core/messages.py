"""Events in, effects out: all that passes between the coach and the world.

Every time is in milliseconds of microphone audio since the session began.
"""

from dataclasses import dataclass
from enum import StrEnum

from skill.core.vocabulary import Command


class Talk(StrEnum):
    """How much the coach says."""

    FULL = "full"
    """Every step in full the first time, briefly afterwards."""
    BRIEF = "brief"
    CHIMES = "chimes"
    """A chime for each step that is known, and each time; new steps, briefly, and all else are
    spoken."""


class Tone(StrEnum):
    """The chimes, each with one meaning."""

    HEARD = "heard"
    NOT_NOW = "not_now"
    STEP = "step"
    TIME = "time"
    MICROPHONE_LOST = "microphone_lost"
    MICROPHONE_BACK = "microphone_back"


class Trouble(StrEnum):
    """What may be wrong with the coach itself; the phrase `trouble_...` says it, with a remedy."""

    NO_BOOKMARK = "no_bookmark"
    FULL = "full"
    OTHER_VOICE = "other_voice"
    STRANGER = "stranger"
    WEAK = "weak"
    BUSY = "busy"
    SILENT = "silent"
    OVERDRIVEN = "overdriven"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What survives the end of the process.

    Attributes:
        routine: id of the routine it belongs to.
        exercise, step: ids of where the person is.
        finished: ids of exercises done in this round.
        told: "exercise/step" of every step already explained in full.
        talk: how much the coach says.
        pace: speaking pace, percent of normal.
        volume: speaking volume, decibels relative to normal.
        hurt: whether something hurt, and nothing has gone on since.
    """

    routine: str
    exercise: str
    step: str
    finished: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    talk: Talk = Talk.FULL
    pace: int = 100
    volume: int = 0
    hurt: bool = False


# Events


@dataclass(frozen=True, slots=True)
class Started:
    """The session has begun; with the bookmark of an earlier one, if there is one."""

    bookmark: Bookmark | None = None


@dataclass(frozen=True, slots=True)
class ThereAgain:
    """After a goodbye the coach is there again, asleep where the person was, and says nothing of
    itself.

    Attributes:
        told, talk, pace, volume: as in `Bookmark`, as they were at the goodbye.
        bookmark: where the person was, unless all was done.
    """

    told: tuple[str, ...] = ()
    talk: Talk = Talk.FULL
    pace: int = 100
    volume: int = 0
    bookmark: Bookmark | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The person gave a command, by saying it or in another way.

    Attributes:
        command, argument: what it asks for.
        phrase: the words; what they would have been, if it was not said.
        confidence: how likely it is that they meant this, 0 to 1.
        ended_ms: where the voice ended, as far as the listener knows.
        source: where it came from instead of the microphone: "button", "page"; otherwise empty.
    """

    command: Command
    argument: str | None = None
    phrase: str = ""
    confidence: float = 1.0
    ended_ms: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something was heard that is no command now. The coach does nothing; people want to know.

    Attributes:
        text: the words.
        reason: why it was left alone.
        confidence: as in `Heard`.
    """

    text: str
    reason: str
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """A line or chime has been played to its end."""

    token: int


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """Nothing can be heard any more."""


@dataclass(frozen=True, slots=True)
class MicrophoneBack:
    """The microphone works again."""


@dataclass(frozen=True, slots=True)
class SpeakerLost:
    """Nothing can be said any more; what was being said has not been heard to its end."""


@dataclass(frozen=True, slots=True)
class SpeakerBack:
    """The speaker works again."""


@dataclass(frozen=True, slots=True)
class Dropouts:
    """Sound was lost between program and devices, because the machine was too busy. The coach
    does nothing; people want to know.

    Attributes:
        microphone, speaker: how often so far in this session.
    """

    microphone: int = 0
    speaker: int = 0


@dataclass(frozen=True, slots=True)
class Troubles:
    """What is wrong with the coach itself has changed.

    Attributes:
        found: everything that is wrong now; empty if nothing is.
    """

    found: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """The person has begun; told by whoever keeps the history.

    Attributes:
        this_week: how many sessions there have been since Monday, with this one.
    """

    this_week: int


@dataclass(frozen=True, slots=True)
class AudioEnded:
    """The recording is over: nobody will say anything else."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Started
    | ThereAgain
    | Heard
    | Ignored
    | SpeechEnded
    | MicrophoneLost
    | MicrophoneBack
    | SpeakerLost
    | SpeakerBack
    | Dropouts
    | Troubles
    | Counted
    | AudioEnded
    | Tick
)

# Effects


@dataclass(frozen=True, slots=True)
class Say:
    """Speak one sentence.

    Attributes:
        token: names it in `SpeechEnded`.
        text: one sentence.
        pause_ms: silence before it.
        pace: speed, percent of normal.
        volume: decibels relative to normal.
    """

    token: int
    text: str
    pause_ms: int = 0
    pace: int = 100
    volume: int = 0


@dataclass(frozen=True, slots=True)
class Chime:
    """Play a short sound, after `pause_ms`; `SpeechEnded` reports its end, as for a line."""

    token: int
    tone: Tone
    volume: int = 0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True)
class Hush:
    """Be silent at once."""


@dataclass(frozen=True, slots=True)
class Remember:
    """Write this bookmark down, so that a killed process comes back to the same step."""

    bookmark: Bookmark


@dataclass(frozen=True, slots=True)
class Keep:
    """Something went wrong: whoever keeps a recording of the last minutes puts it by."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The session is over."""


Effect = Say | Chime | Hush | Remember | Keep | Finish
