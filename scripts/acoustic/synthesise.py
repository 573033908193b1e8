# ruff: noqa: SIM905 - lists of words read better as words
"""Synthetic people who say the commands: flite, Festival and eSpeak NG, from Debian, and our own.

Writes BUILD/synthetic/VOICE/NNNN.wav and BUILD/synthetic.tsv. Voices are split like speakers (see
`corpus`); those named in `HELD_OUT`, and a quarter of the eSpeak variants, only measure, and say
each command phrase once. Every voice's own speed, pitch and choice of texts come from a generator
seeded with its name.

Usage: synthesise.py BUILD_FOLDER
"""

import argparse
import errno
import hashlib
import subprocess
import wave
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from commands import all_phrases, command_phrases, read_lines
from corpus import Part, Utterance, read_utterances, share, write_utterances
from lexicon import read_lexicon
from piper import PiperVoice, SynthesisConfig
from stage import stage
from vocabulary import USUAL, WORDS, read_vocabulary

HELD_OUT = frozenset({"flite-slt", "festival-cmu_us_slt_arctic_hts"})
"""One woman's voice (CMU's `slt`), in the two engines that have it."""

VOICES = Path(__file__).parents[2] / "models/voice-en"

FLITE = ("awb", "kal16", "rms", "slt")
FESTIVAL = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")
OWN = "kathleen"
"""The built-in voice: learnt from a person, it says single words more like one than the others."""
ESPEAK_VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 klatt klatt2 klatt3 klatt4 klatt6 adam Alex Alicia "
    "Andrea Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward "
    "edward2 Gene Gene2 grandma grandpa gustave Henrique Hugo iven iven2 iven3 iven4 Jacky john "
    "kaukovalta Lee linda marcelo Marco Mario max Michael michel miguel mike Mr norbert pablo paul "
    "pedro quincy rob robert sandro shelby steph steph2 steph3 travis victor zac anika"
).split()
"""eSpeak's variants that resemble people (no robots, no whispers)."""
ESPEAK_ACCENTS = ("en-us", "en-us", "en-us-nyc", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029")

RESPELT = {
    "flite": {"ow": "aow"},
    "festival": {"ow": "aow"},
    "espeak": {"ow": "[['aU]]"},
    "built-in": {"ow": "[[\u02c8a\u028a]]"},
}
"""How an engine must be told a word that it misreads: "ow" is "oh" to all of them. No other word of
the phrases differs from the dictionary (espeak-ng's `--ipa`, compared vowel by vowel)."""

SENTENCE_LENGTHS = range(3, 13)
"""Words in the sentences that are taken from the recordings' texts."""
ALONE, ALONE_BY_RECORDED = 60, 400
"""Of the usual words, how many a variant of eSpeak's says alone, and how many a recorded voice:
people say few words alone in the recordings, and what nobody says is heard as `[unk]`."""
RARE = 40
"""A phrase's word said fewer times than this in the training recordings goes into carriers."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One synthetic person.

    Attributes:
        engine: flite, festival, espeak or built-in.
        name: the engine's name of the voice or variant.
        part: what its recordings are for.
    """

    engine: str
    name: str
    part: Part

    @property
    def identity(self) -> str:
        """Name of its folder, and of the speaker in the manifest."""
        return f"{self.engine}-{self.name}"


def voices() -> list[Voice]:
    """Everybody, with their part."""
    recorded = [("flite", name) for name in FLITE] + [("festival", name) for name in FESTIVAL]
    recorded.append(("built-in", OWN))
    people = [
        Voice(engine, name, Part.MEASURE if f"{engine}-{name}" in HELD_OUT else Part.TRAIN)
        for engine, name in recorded
    ]
    for variant in ESPEAK_VARIANTS:
        part = share(f"espeak-{variant}", measure=0.25, dev=0.08)
        people.append(Voice("espeak", variant, part))
    return people


def generator(name: str) -> np.random.Generator:
    """Random numbers that depend on a name alone."""
    return np.random.default_rng(list(hashlib.sha256(name.encode()).digest()[:8]))


def said(command: list[str]) -> None:
    """Run a synthesiser; its chatter is dropped, its failure is not."""
    subprocess.run(command, check=True, capture_output=True, text=True)


def say_flite(voice: Voice, lines: list[tuple[str, Path]], rng: np.random.Generator) -> None:
    """Say each text into its file, each at its own speed and pitch."""
    for text, file in lines:
        stretch = f"duration_stretch={rng.uniform(0.8, 1.3):.2f}"
        pitch = f"int_f0_target_mean={rng.uniform(85, 200):.0f}"
        setting = ["--setf", stretch, "--setf", pitch]
        said(["flite", "-voice", voice.name, *setting, "-t", text, "-o", str(file)])


def say_espeak(voice: Voice, lines: list[tuple[str, Path]], rng: np.random.Generator) -> None:
    """Say each text into its file, each in its own accent, at its own speed and pitch."""
    for text, file in lines:
        accent = rng.choice(ESPEAK_ACCENTS)
        speed, pitch = str(rng.integers(120, 200)), str(rng.integers(25, 75))
        setting = ["-v", f"{accent}+{voice.name}", "-s", speed, "-p", pitch]
        said(["espeak-ng", *setting, "-w", str(file), text])


def say_festival(voice: Voice, lines: list[tuple[str, Path]], rng: np.random.Generator) -> None:
    """Say all texts in one process; Festival takes its orders as a Scheme file."""
    script = lines[0][1].with_name("orders.scm")
    orders = [f"(voice_{voice.name})"]
    for text, file in lines:
        orders += [
            f"(Parameter.set 'Duration_Stretch {rng.uniform(0.8, 1.3):.2f})",
            f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{file}" \'riff)',
        ]
    script.write_text("\n".join(orders))
    said(["festival", "-b", str(script)])


def say_built_in(voice: Voice, lines: list[tuple[str, Path]], rng: np.random.Generator) -> None:
    """Say each text into its file, each at its own speed."""
    engine = PiperVoice.load(VOICES / f"{voice.name}.onnx")
    for text, file in lines:
        manner = SynthesisConfig(length_scale=float(rng.uniform(0.7, 1.25)), noise_w_scale=0.8)
        with wave.open(str(file), "wb") as out:
            engine.synthesize_wav(text, out, manner)


Sayer = Callable[[Voice, list[tuple[str, Path]], np.random.Generator], None]
SAYERS: dict[str, Sayer] = {
    "flite": say_flite,
    "espeak": say_espeak,
    "festival": say_festival,
    "built-in": say_built_in,
}


def carriers(utterances: Iterable[Utterance]) -> list[str]:
    """Sentences around each word of a phrase that the training recordings hardly have."""
    counts = Counter(word for u in utterances for word in u.text.split())
    words = dict.fromkeys(word for phrase in all_phrases() for word in phrase.split())
    templates = read_lines(Path(__file__).with_name("carriers.txt"))
    rare = [word for word in words if counts[word] < RARE]
    return [template.format(word=word) for word in rare for template in templates]


def texts_for(
    voice: Voice,
    around: list[str],
    general: list[str],
    words: list[str],
    rng: np.random.Generator,
) -> list[str]:
    """What a voice says: measuring voices each command once, the others a mixture."""
    if voice.part is not Part.TRAIN:
        return command_phrases()
    phrases = all_phrases()
    espeak = voice.engine == "espeak"
    many, some = (90, 25) if espeak else (2 * len(phrases), 250)
    order = np.concatenate([rng.permutation(len(phrases)) for _ in range(2)])[:many]
    chosen = [phrases[number] for number in order]
    chosen += rng.choice(around, size=some).tolist()
    chosen += rng.choice(general, size=some).tolist()
    alone = ALONE if espeak else ALONE_BY_RECORDED
    return chosen + rng.choice(words, size=alone, replace=False).tolist()


def perform(voice: Voice, texts: list[str], build: Path) -> list[Utterance]:
    """Let a voice say its texts, unless it has; give back its manifest rows."""
    folder = build / "synthetic" / voice.identity
    folder.mkdir(parents=True, exist_ok=True)
    lines = [(text, folder / f"{number:04}.wav") for number, text in enumerate(texts)]
    done = folder / "done"
    if not done.exists():
        told = [(respelt(text, voice), file) for text, file in lines]
        SAYERS[voice.engine](voice, told, generator(f"{voice.identity} manner"))
        for _, file in lines:
            if not file.stat().st_size:  # flite does not say that a disk is full
                raise OSError(errno.EIO, "the voice wrote nothing (is the disk full?)", str(file))
        done.touch()
    return [
        Utterance(str(file.relative_to(build)), text, voice.identity, "synthetic", voice.part)
        for text, file in lines
    ]


def respelt(text: str, voice: Voice) -> str:
    """A text as its voice must be told it."""
    words = RESPELT[voice.engine]
    return " ".join(words.get(word, word) for word in text.split())


def main() -> None:
    """Make all voices speak."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    build = parser.parse_args().build.resolve()
    trained = [u for u in read_utterances(build / "corpus.tsv") if u.part is Part.TRAIN]
    lexicon = read_lexicon()
    general = sorted({u.text for u in trained if all(w in lexicon for w in u.text.split())})
    general = [text for text in general if len(text.split()) in SENTENCE_LENGTHS]
    around = carriers(trained)
    words = read_vocabulary(WORDS)[:USUAL]
    rows: list[Utterance] = []
    for voice in voices():
        texts = texts_for(voice, around, general, words, generator(voice.identity))
        rows += perform(voice, texts, build)
    write_utterances(build / "synthetic.tsv", rows)
    for part in Part:
        people = sorted({u.speaker for u in rows if u.part is part})
        print(f"{part}: {sum(u.part is part for u in rows)} clips by {', '.join(people)}")


if __name__ == "__main__":
    stage(main)
