"""What an evaluation finds out about each clip, and about the whole run."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Candidate:
    """An utterance that was judged: acted on or left alone.

    Attributes:
        phrase: what was recognised.
        command: its label (`skill.evaluation.labels`); empty when the phrase has none.
        at_ms: when the decision fell, ms from the clip's own start (padding excluded).
        compute_ms: processor time of the block that decided, ms.
        score: 0 to 1, what thresholds are compared with.
        accepted: whether it was acted on.
        reason: why it was left alone; empty when accepted.
    """

    phrase: str
    command: str
    at_ms: int
    compute_ms: float
    score: float
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One clip in one condition through one recogniser.

    Attributes:
        recogniser: "built-in", "pocketsphinx", "vosk:PATH".
        condition: "quiet", "noise 10 dB", "room", "coach speaking 0 dB" and so on.
        path, kind, group, speaker: as in the manifest.
        text: what is said; empty if unknown.
        expected: a label, empty for none.
        synthetic: whether a machine spoke it.
        seconds: length of the clip itself.
        end_ms: end of the spoken word from the clip's start, ms; None if unknown.
        candidates: in the order of their decisions.
        compute_s: processor time for the whole padded clip, s.
        padded_s: seconds of audio decoded, padding included.
    """

    recogniser: str
    condition: str
    path: str
    kind: str
    group: str
    speaker: str
    text: str
    expected: str
    synthetic: bool
    seconds: float
    end_ms: int | None
    candidates: tuple[Candidate, ...]
    compute_s: float
    padded_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """A whole evaluation.

    Attributes:
        about: machine, Python, model, commands; nothing that changes from day to day.
        peak_memory_mb: most memory a process with this recogniser has had, megabytes.
        trials: every clip in every condition through every recogniser.
        heard: of an unfinished run, the mark (`skill.evaluation.resuming`) and the number of trials
            of each chunk that it has, in their order.
    """

    about: dict[str, str] = field(default_factory=dict)
    peak_memory_mb: dict[str, float] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
    heard: tuple[tuple[str, int], ...] = ()
