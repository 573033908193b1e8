"""Can it be understood? By pocketsphinx with a language model, and by the coach's own ears.

Pocketsphinx's American model and its language model come inside its wheel. Both are old and get
every third word of read novels wrong; what counts is how far the systems differ, at the same texts.
The ears are those of a session, by `roller-coach evaluate` in a process of its own.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pocketsphinx
import soundfile as sf
from kept import Kept
from systems import RATE, System, Wave

REPOSITORY = Path(__file__).parents[2]
HISS_DB = -70.0
"""Of the faint noise under everything: digital silence is no sound that a recogniser expects."""
QUIET = RATE * 3 // 10
"""Around everything."""
NARROW = {"pl_window": 5, "maxhmmpf": 5000, "maxwpf": 20}
"""Narrower search: the same errors over 14 sentences in three quarters of the time."""
DRAWS = 5000
SPELT = {"mrs": "missus", "mr": "mister"}

Counts = npt.NDArray[np.float64]


def words_of(text: str) -> list[str]:
    """Words as the recogniser spells them.

    >>> words_of("There's Red-Eye; Mrs Hall!")
    ["there's", 'red', 'eye', 'missus', 'hall']
    """
    found = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return [SPELT.get(word, word) for word in (word.strip("'") for word in found) if word]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out or changed (Levenshtein's distance)."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        diagonal, row[0] = row[0], at
        for to, other in enumerate(heard, 1):
            diagonal, row[to] = (
                row[to],
                min(row[to] + 1, row[to - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors and words of every text, shape (texts,).

    A text with several takes counts once, with their mean.
    """

    wrong: Counts
    words: Counts

    @property
    def rate(self) -> float:
        """Percent."""
        return float(100 * self.wrong.sum() / self.words.sum())

    def interval(self) -> tuple[float, float]:
        """95 % of the rates of texts drawn with replacement, in percent."""
        return _middle(self._drawn())

    def beyond(self, other: "WordErrors") -> tuple[float, float, float]:
        """Points above another's rate at the same texts, with the interval of the difference."""
        low, high = _middle(self._drawn() - other._drawn())
        return self.rate - other.rate, low, high

    def _drawn(self) -> Counts:
        index = np.random.default_rng(0).integers(0, len(self.words), (DRAWS, len(self.words)))
        drawn = 100 * self.wrong[index].sum(axis=1) / self.words[index].sum(axis=1)
        return np.asarray(drawn, dtype=np.float64)


def _middle(values: Counts) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


class Dictation:
    """Pocketsphinx with its language model; what it heard is kept."""

    def __init__(self, folder: Path) -> None:
        self._kept = Kept(folder / "heard", f"pocketsphinx {version('pocketsphinx')} 1")

    @cached_property
    def _decoder(self) -> pocketsphinx.Decoder:
        return pocketsphinx.Decoder(samprate=float(RATE), loglevel="FATAL", **NARROW)

    def hear(self, wave: Wave) -> str:
        """The words of one sound."""
        return self._kept.text(wave.tobytes(), lambda: self._decode(wave))

    def _decode(self, wave: Wave) -> str:
        padded = np.pad(wave, QUIET).astype(np.float64)
        padded += np.random.default_rng(0).normal(0, 10 ** (HISS_DB / 20), len(padded))
        pcm = (np.clip(padded, -1, 1) * 32767).astype(np.int16)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm.tobytes(), full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return best.hypstr if best else ""

    def score(
        self, texts: Sequence[str], takes: Callable[[str], Sequence[Wave]], step: Callable[[], None]
    ) -> WordErrors:
        """Word errors over texts; `step` is called after each."""
        wrong = []
        for text in texts:
            said = words_of(text)
            wrong.append(np.mean([errors(said, words_of(self.hear(w))) for w in takes(text)]))
            step()
        return WordErrors(np.array(wrong), np.array([len(words_of(text)) for text in texts], float))


def command_words(
    system: System, phrases: Sequence[str], step: Callable[[], None]
) -> tuple[int, list[str]]:
    """Command phrases through the ears of a session, in a quiet room.

    Nothing is kept: what the ears hear depends on the program as much as on the sound.

    Returns:
        how many were taken for the command that was said, and the phrases that were not.
    """
    waves = []
    for phrase in phrases:
        waves += system.takes(phrase)
        step()
    missed = _missed(phrases, waves)
    return len(phrases) - len(missed), missed


def _missed(phrases: Sequence[str], waves: Sequence[Wave]) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with (folder / "manifest.tsv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            table.writerow(["path", "text", "synthetic"])
            for number, (phrase, wave) in enumerate(zip(phrases, waves, strict=True)):
                sf.write(folder / f"{number}.wav", wave, RATE)
                table.writerow([f"{number}.wav", phrase, "yes"])
        program = [sys.executable, "-m", "skill", "evaluate", "--jobs", "1"]
        subprocess.run(
            [*program, folder / "manifest.tsv", "--json", folder / "trials.jsonl"],
            check=True,
            capture_output=True,
            # Nobody's own settings.
            env=os.environ | {"XDG_CONFIG_HOME": scratch, "PYTHONPATH": str(REPOSITORY)},
        )
        with (folder / "trials.jsonl").open(encoding="utf-8") as file:
            trials = [json.loads(line) for line in file][1:]
    right = {Path(trial["path"]).name: _is_hit(trial) for trial in trials}
    return [phrase for number, phrase in enumerate(phrases) if not right[f"{number}.wav"]]


def _is_hit(trial: dict[str, object]) -> bool:
    candidates = trial["candidates"]
    assert isinstance(candidates, list)  # noqa: S101 - the file was made just now
    taken = [candidate["command"] for candidate in candidates if candidate["accepted"]]
    return taken == [trial["expected"]]
