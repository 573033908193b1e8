"""Trials made by hand, and a large run whose figures look like real ones."""

from dataclasses import replace

import numpy as np

from skill.core.vocabulary import Command
from skill.evaluation.trial import Candidate, Run, Trial


def accepted(command: str, at_ms: int = 900, score: float = 0.9, phrase: str = "") -> Candidate:
    return Candidate(phrase or command, command, at_ms, 10.0, score, accepted=True, reason="")


def ignored(command: str, reason: str, score: float = 0.9, phrase: str = "") -> Candidate:
    return Candidate(phrase or command, command, 900, 10.0, score, accepted=False, reason=reason)


def unsure(command: str, score: float) -> Candidate:
    return ignored(command, f"not sure enough: {score:.2f} of 0.60", score)


def trial(
    expected: str,
    *candidates: Candidate,
    condition: str = "quiet",
    recogniser: str = "built-in",
    kind: str = "word",
    group: str = "women",
    text: str | None = None,
    path: str = "clip.wav",
    synthetic: bool = False,
    seconds: float = 1.0,
    end_ms: int | None = 700,
) -> Trial:
    return Trial(
        recogniser=recogniser,
        condition=condition,
        path=path,
        kind=kind,
        group=group,
        speaker="s1",
        text=expected if text is None else text,
        expected=expected,
        synthetic=synthetic,
        seconds=seconds,
        end_ms=end_ms,
        candidates=candidates,
        compute_s=0.1,
        padded_s=seconds + 2.5,
    )


COMMANDS = [
    Command.STOP, Command.PAIN, Command.NEXT, Command.BACK, Command.PAUSE, Command.RESUME,
    Command.REPEAT, Command.SKIP, Command.START, Command.START_OVER, Command.YES, Command.NO,
    Command.LOUDER, Command.QUIETER, Command.HELP, Command.MORE_TIME,
]  # fmt: skip
CONDITIONS = {
    "quiet": 0.94, "noise 20 dB": 0.92, "noise 10 dB": 0.85, "music 10 dB": 0.8,
    "babble 10 dB": 0.74, "room": 0.9, "far": 0.84, "coach speaking 0 dB": 0.7,
}  # fmt: skip


def likely_run(clips: int = 400, recognisers: tuple[str, ...] = ("built-in",)) -> Run:
    """A run of made-up trials, the same every time."""
    rng = np.random.default_rng(7)
    trials = [
        _made_up(rng, recogniser, condition, ease, number)
        for recogniser in recognisers
        for condition, ease in CONDITIONS.items()
        for number in range(clips)
    ]
    about = {
        "machine": "Intel Xeon, Linux",
        "python": "3.11.2",
        "model": "ears-en",
        "commands": "en.yaml, every command live",
    }
    return Run(about, {name: 150.0 + 40 * i for i, name in enumerate(recognisers)}, tuple(trials))


def _made_up(
    rng: np.random.Generator, recogniser: str, condition: str, ease: float, number: int
) -> Trial:
    worse = 0.0 if recogniser == "built-in" else 0.08
    made = _other(rng, worse / ease) if number % 3 == 0 else _command(rng, ease - worse, number)
    group = ("women", "men", "children", "accents")[number % 4]
    path = f"speech/{group}/{number:04}.wav"
    return replace(made, recogniser=recogniser, condition=condition, group=group, path=path)


def _other(rng: np.random.Generator, worse: float) -> Trial:
    wrong = rng.random() < 0.004 + 3 * worse
    found = (accepted(_any(rng), score=_score(rng, 0.7)),) if wrong else ()
    return trial("", *found, kind="sentence", text="she had a dark suit", seconds=6.0)


def _command(rng: np.random.Generator, ease: float, number: int) -> Trial:
    expected = COMMANDS[number % len(COMMANDS)].value
    at, score = 700 + round(rng.gamma(6, 25 / ease)), _score(rng, 0.93)
    chance, found = rng.random(), tuple[Candidate, ...]()
    if chance < ease:
        found = (accepted(expected, at, score),)
    elif chance < ease + 0.03:
        found = (accepted(_any(rng), at, score),)
    elif chance < 0.97:
        found = (unsure(expected, _score(rng, 0.35)),)
    said = expected.replace("_", " ")
    return trial(expected, *found, text=said, synthetic=number % 5 == 0)


def _score(rng: np.random.Generator, about: float) -> float:
    return float(rng.beta(14 * about, 14 * (1 - about)))


def _any(rng: np.random.Generator) -> str:
    return COMMANDS[int(rng.integers(len(COMMANDS)))].value
