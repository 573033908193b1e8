# ruff: noqa: RUF001 - letters of the phonetic alphabet
"""Writes de.dict: how German words are said, in the nearest sounds of the English model.

espeak-ng says how a German says a word; `NEAREST` says which English sounds come near, the likelier
first, as several German sounds (ü, ö, ch, r) have no English neighbour. A word gets the readings
with the fewest unlikely sounds. Nothing here replaces a model that has heard Germans.

Usage: german.py        (needs the program espeak-ng)
"""

import argparse
import re
import subprocess
from collections.abc import Iterable
from itertools import islice, product
from pathlib import Path

from commands import DATA, all_phrases, read_lines
from stage import stage

HERE = Path(__file__).parent
DICTIONARY = HERE / "de.dict"
WORDS = HERE / "words.de.txt"
TUNED = HERE / "tuned.de.dict"
"""What tune_german.py found, for the words of the commands."""
LANGUAGE = "de"
READINGS = 10
"""Ways to say a word: more make the graph larger, and words more alike."""
BESIDE_TUNED = 3
"""Of them, how many a tuned word keeps: what was tuned to is one engine, and no person."""
NEAREST = {
    "p": ("P",),
    "b": ("B",),
    "t": ("T",),
    "d": ("D",),
    "k": ("K",),
    "ɡ": ("G",),
    "f": ("F",),
    "v": ("V",),
    "s": ("S",),
    "z": ("Z", "S"),
    "ʃ": ("SH",),
    "ʒ": ("ZH",),
    "ç": ("SH", "HH", "K"),
    "x": ("HH", "K"),
    "h": ("HH",),
    "m": ("M",),
    "n": ("N",),
    "ŋ": ("NG",),
    "l": ("L",),
    "j": ("Y",),
    "r": ("R", "HH", ""),
    "ɾ": ("R", "", "AH"),
    "ts": ("T S", "S"),
    "pf": ("P F", "F"),
    "tʃ": ("CH",),
    "dʒ": ("JH",),
    "a": ("AA", "AH"),
    "ɑ": ("AA", "AH"),
    "ɑː": ("AA",),
    "ɛ": ("EH",),
    "ɛː": ("EH", "EY"),
    "e": ("EH", "EY"),
    "eː": ("EY", "IY"),
    "ə": ("AH", "IH"),
    "ɜ": ("AH", "ER"),
    "ɪ": ("IH",),
    "i": ("IY",),
    "iː": ("IY",),
    "ɔ": ("AO", "AA"),
    "o": ("OW", "AO"),
    "oː": ("OW", "AO"),
    "ʊ": ("UH", "UW"),
    "u": ("UW",),
    "uː": ("UW",),
    "y": ("UW", "IH"),
    "yː": ("UW", "IY"),
    "ø": ("ER", "UH"),
    "øː": ("ER", "UH"),
    "œ": ("ER", "EH"),
    "aɪ": ("AY",),
    "aʊ": ("AW",),
    "ɔø": ("OY",),
    "ɛɪ": ("EY",),
    "??": ("UH R", "UH"),  # espeak-ng 1.51 has no letter for the vowel of "kurz"
    "ɐ": ("AH", "ER"),
    "w": ("W", "V"),
    "ɹ": ("R",),
    "ɒ": ("AO",),
    "ʌ": ("AH",),
    "æ": ("AE",),
    "əʊ": ("OW",),
    "oʊ": ("OW",),
}
"""espeak-ng's German sounds -> English ones, the likelier first; empty: not heard at all."""
_NO_SOUND = re.compile(r"[ˈˌ]|\([a-z-]+\)")
"""Stress, and "now a word of English"."""


def sounds(words: Iterable[str]) -> dict[str, list[str]]:
    """What espeak-ng says for each word, stress left out."""
    found = {}
    for word in words:
        command = ["espeak-ng", "-v", LANGUAGE, "-q", "--ipa", "--sep=_", word]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found[word] = [one for one in re.split(r"[_\s]+", _NO_SOUND.sub("", said)) if one]
    return found


def readings(heard: list[str]) -> list[str]:
    """English phones for German sounds, the likeliest first."""
    choices = [list(enumerate(NEAREST[sound])) for sound in heard]
    ways = sorted(islice(product(*choices), 5_000), key=lambda way: sum(rank for rank, _ in way))
    spelt = (" ".join(phones for _, phones in way if phones) for way in ways)
    return [way for way in dict.fromkeys(spelt) if way][:READINGS]


def spoken_words() -> Iterable[str]:
    """Every word of the German routine and phrases, lower case."""
    for file in (DATA / "routines" / "back.de.yaml", DATA / "phrases" / "de.yaml"):
        text = "\n".join(line for line in file.read_text().splitlines() if "#" not in line)
        yield from re.findall(r"[^\W\d_]+", re.sub(r"\{.*?\}|\w+:", " ", text).lower())


def read_ways(file: Path) -> dict[str, list[str]]:
    """Words and their ways, where there is such a file."""
    ways: dict[str, list[str]] = {}
    for line in read_lines(file) if file.exists() else []:
        word, phones = line.split(" ", 1)
        ways.setdefault(word, []).append(phones)
    return ways


def main() -> None:
    """Write the dictionary: words of the commands, of `words.de.txt`, and what the coach says."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    commands = dict.fromkeys(word for phrase in all_phrases(LANGUAGE) for word in phrase.split())
    words = {**commands, **dict.fromkeys([*read_lines(WORDS), *spoken_words()])}
    tuned = read_ways(TUNED)
    lines = ["# Written by german.py.\n"]
    for word, heard in sorted(sounds(words).items()):
        ways = readings(heard)
        if word in tuned:
            ways = list(dict.fromkeys([*tuned[word], *ways[:BESIDE_TUNED]]))
        for number, way in enumerate(ways, 1):
            lines.append(f"{word} {way}\n" if number == 1 else f"{word}({number}) {way}\n")
    DICTIONARY.write_text("".join(lines))
    print(f"{len(words)} words, {len(lines) - 1} ways to say them")


if __name__ == "__main__":
    stage(main)
