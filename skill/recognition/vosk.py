"""Vosk behind the `Recognizer` port: one closed grammar, partials, flush on demand."""

import ctypes
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from skill.core.hypothesis import Hypothesis, Reading, Word
from skill.core.weighing import UNKNOWN
from skill.errors import ModelError
from skill.ports import RATE, Block, Pcm
from skill.recognition.engine import vosk

REMEDY = "Install one with `roller-coach models get NAME`, or give its folder with --model."

READINGS = 12
"""Alternatives that a final result has at most. Vosk's "confidence" of each is the logarithm of its
likelihood, so shares come from differences."""

UNHURRIED = "conf/unhurried.conf"
"""A second model.conf, for sound that is all there already: long chunks, no endpoints. Only models
of this project have it; official ones have long chunks anyway."""

LIBC = ctypes.CDLL(None)
SEED = 1
"""Official models dither their input with the C library's random numbers: seeded here, a replay is
the same every time. The built-in model does without."""

HISS: Pcm = np.rint(np.random.default_rng(SEED).normal(0, 1, RATE)).astype(np.int16)
"""A second of noise at -90 dB of full scale, added to what is heard, by its place: microphones that
are gated, and lost sound, are zeros, for which a model may have no name but an unknown word."""

vosk.SetLogLevel(-1)
# Ctrl-C may come before a handle is there, and Vosk's destructors ask for it all the same. Its
# library frees nothing for NULL.
vosk.Model._handle = vosk.KaldiRecognizer._handle = vosk._ffi.NULL


def speak_up() -> None:
    """Let Vosk write to stderr what it does not like."""
    vosk.SetLogLevel(0)


class VoskModel:
    """A model read from its folder; may be shared by several recognisers.

    Args:
        folder: an unpacked Vosk model. Vosk's own downloader is never used.
        conf: instead of the folder's own conf/model.conf.

    Raises:
        ModelError: if the folder is missing or no complete model.
    """

    def __init__(self, folder: Path, conf: Path | None = None) -> None:
        if not folder.is_dir():
            raise ModelError(f"There is no recogniser's model at {folder}.", REMEDY)
        self.folder = folder
        with _configured(folder, conf) as configured:
            try:
                self.engine = vosk.Model(str(configured))
            except Exception as failure:  # Vosk raises nothing more particular
                raise ModelError(
                    f"Vosk cannot read the model in {folder}: "
                    "a file in it is damaged or cut short.",
                    "Copy or install the model again.",
                ) from failure

    @cached_property
    def unhurried(self) -> "VoskModel":
        """The same model for sound that is all there already; itself, if it has no such settings.

        Every chunk of sound costs a pass over the whole network, and short ones are for a
        microphone; so are endpoints.

        Raises:
            ModelError: if a file of the model has been damaged since it was loaded.
        """
        conf = self.folder / UNHURRIED
        try:
            return VoskModel(self.folder, conf) if conf.is_file() else self
        except OSError:
            # No place for temporary files: short chunks cost time, but no command.
            return self

    def knows(self, word: str) -> bool:
        """Whether the model can recognise a word."""
        return int(self.engine.vosk_model_find_word(word)) >= 0

    def words(self) -> tuple[str, ...]:
        """Every word the model knows, or nothing if the model does not list them."""
        listing = self.folder / "graph" / "words.txt"
        if not listing.is_file():
            return ()
        lines = listing.read_text(encoding="utf-8").splitlines()
        words = (line.split(" ", 1)[0] for line in lines)
        return tuple(word for word in words if word[:1] not in {"<", "#", "["})


class VoskRecognizer:
    """Recognises the phrases of one grammar, and `[unk]` for everything else.

    Args:
        model: a loaded model.
        grammar: phrases; their words must be known to the model, or Vosk would drop them with
            no more than a log line.

    Raises:
        ModelError: if the model lacks a word of the grammar.
    """

    def __init__(self, model: VoskModel, grammar: Iterable[str]) -> None:
        phrases = tuple(grammar)
        words = {word for phrase in phrases for word in phrase.split()}
        unknown = {word for word in words if not model.knows(word)}
        if unknown:
            raise ModelError(
                f"The model in {model.folder} does not know: {', '.join(sorted(unknown))}.",
                "Run `roller-coach check` for words it knows that are like them.",
            )
        self._model = model
        LIBC.srand(SEED)
        # Vosk does not read \u escapes: it would drop such words.
        self._grammar = json.dumps([*phrases, UNKNOWN], ensure_ascii=False)
        self._fed = 0
        self._origin: int | None = None
        self._begin()

    def _begin(self) -> None:
        try:
            self._engine = vosk.KaldiRecognizer(self._model.engine, RATE, self._grammar)
        except Exception as failure:  # Vosk raises nothing more particular
            raise ModelError(
                f"Vosk cannot use the model in {self._model.folder}: a file in it, such as "
                "conf/mfcc.conf, is damaged or cut short.",
                "Copy or install the model again.",
            ) from failure
        self._engine.SetWords(True)
        self._engine.SetMaxAlternatives(READINGS)
        self._origin = None
        self._partial = ""

    def feed(self, block: Block) -> Sequence[Hypothesis]:
        """Hear one block; return the partial if it changed, or the final result at an endpoint."""
        if self._origin is None:
            self._origin = self._fed = block.start_frame
        # The engine counts what it is given, whatever was left out or given twice.
        self._origin += block.start_frame - self._fed - len(block.again)
        self._fed = block.end_frame
        if self._engine.AcceptWaveform(with_hiss(block).tobytes()):
            self._partial = ""
            return (self._final(self._engine.Result()),)
        text = str(json.loads(self._engine.PartialResult())["partial"])
        if text == self._partial:
            return ()
        self._partial = text
        now = self._ms(self._fed)
        readings = (Reading(text, now, now, 1.0),) if text else ()
        return (Hypothesis(readings, final=False),)

    def flush(self) -> Hypothesis:
        """End the utterance now."""
        self._partial = ""
        return self._final(self._engine.FinalResult())

    def recycle(self) -> None:
        """Start a fresh engine: Vosk's memory grows over hours (vosk-api #209, #526).

        What the search through minutes of music took would stay with the C library: 166 MB became
        98 when glibc was told to give it back.
        """
        self._begin()
        if hasattr(LIBC, "malloc_trim"):
            LIBC.malloc_trim(0)

    def _final(self, result: str) -> Hypothesis:
        found = [entry for entry in json.loads(result)["alternatives"] if entry["text"]]
        if not found:
            return Hypothesis((), final=True)
        best = found[0]["confidence"]
        weights = [math.exp(entry["confidence"] - best) for entry in found]
        readings = (
            Reading.of(self._words(entry["result"]), weight / sum(weights))
            for entry, weight in zip(found, weights, strict=True)
        )
        return Hypothesis(tuple(readings), final=True)

    def _words(self, result: Iterable[Mapping[str, Any]]) -> Iterator[Word]:
        origin = self._ms(self._origin or 0)
        for one in result:
            start, end = (origin + round(one[which] * 1000) for which in ("start", "end"))
            yield Word(one["word"], start, end)

    @staticmethod
    def _ms(frame: int) -> int:
        return frame * 1000 // RATE


@contextmanager
def _configured(folder: Path, conf: Path | None) -> Iterator[Path]:
    """The folder, or for a while one like it with another model.conf: Vosk takes no options."""
    if conf is None:
        yield folder
        return
    with TemporaryDirectory(prefix="roller-coach-") as name:
        copy = Path(name)
        (copy / "conf").mkdir()
        for part in ("am", "graph", "conf/mfcc.conf"):
            (copy / part).symlink_to((folder / part).resolve())
        (copy / "conf/model.conf").symlink_to(conf.resolve())
        yield copy


def with_hiss(block: Block) -> Pcm:
    """A block's sound, what it gives again before it, as the model hears it: never quite silent."""
    pcm = np.concatenate((block.again, block.pcm))
    place = (block.end_frame - len(pcm)) % len(HISS)
    hissing = pcm.astype(np.int32) + HISS.take(np.arange(place, place + len(pcm)), mode="wrap")
    heard: Pcm = np.clip(hissing, -32768, 32767).astype(np.int16)
    return heard
