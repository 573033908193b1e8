"""Finds how German words sound to the English model: writes tuned.de.dict, which german.py takes.

Hill climbing: each word of the commands is said by several of espeak-ng's German voices, decoded
against itself said in many ways, and the ways that the model prefers are varied once more. The
voices that measure (scripts/hear_language.py) take no part. pywrapfst and vosk never meet in one
process, so the graph of a round is built by another one.

    .venv/bin/python scripts/acoustic/tune_german.py ACOUSTIC_PYTHON [--rounds 3]
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import vosk

sys.path.insert(0, str(Path(__file__).parents[2]))

from skill.app import App
from skill.audio.pcm import to_pcm
from skill.settings import CHECKOUT, Settings
from skill.speech.espeak import EspeakVoice

HERE = Path(__file__).parent
MODEL = CHECKOUT / "models" / "ears-de"
BUILD = CHECKOUT / "build" / "tune-german"
TUNED = HERE / "tuned.de.dict"
CAST = (
    ("robert", 50, 120),
    ("Denis", 45, 150),
    ("f2", 50, 110),
    ("m3", 60, 135),
    ("f4", 45, 130),
    ("m7", 50, 150),
)
KEPT = 3
"""Ways of a word that the next round starts from, and that are kept in the end."""
WORTH = 0.2
"""A further way must help the voices by so much: 1 is one voice that no other way fits."""
MOST = 90
"""Ways that compete in one round."""
LIKE = {
    phone: others.split()
    for phone, _, others in (
        line.partition(" ")
        for line in """
AA AH AE AO AY
AH AA IH ER EH
AE EH AA
AO AA OW
AW AA AO
AY AA EY OY
EH AE EY IH
ER AH AA UH
EY IY EH
IH IY EH AH
IY IH EY
OW AO UW UH
OY AY
UH UW AH AO
UW UH IY OW
B P V
P B
D T
T D
G K
K G T
V F W B
F V
Z S
S Z
SH S CH
HH - K SH
R - HH W L
L - W
N M NG
NG N
M N
Y IY
CH SH
W V
""".strip().splitlines()
    )
}
"""English phones -> what may be heard in their place; a dash: nothing."""


def varied(way: str) -> list[str]:
    """The way and all that differ from it in one phone."""
    phones = way.split()
    found = [way]
    for place, phone in enumerate(phones):
        for other in LIKE.get(phone, []):
            new = [*phones[:place], *([] if other == "-" else [other]), *phones[place + 1 :]]
            if new:
                found.append(" ".join(new))
    return found


def read(file: Path) -> dict[str, list[str]]:
    """Words and their ways."""
    ways: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, phones = line.split(" ", 1)
            ways.setdefault(word.split("(")[0], []).append(phones)
    return ways


def build(ways: dict[str, list[str]], python: str) -> None:
    """A model whose words are the ways themselves: word_0, word_1 and so on."""
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.copytree(MODEL, BUILD, ignore=shutil.ignore_patterns("*.fst", "SHA256SUMS"))
    lines = [f"{word}_{n} {way}" for word, all_of in ways.items() for n, way in enumerate(all_of)]
    (BUILD / "ways.dict").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; import graph, lexicon, units\n"
        "m = Path(sys.argv[2]); t = units.read_tying(m / 'graph/phones/units.txt')\n"
        "graph.build(lexicon.read_dictionary(m / 'ways.dict'), t, graph.Prices(), m / 'graph')\n"
    )
    subprocess.run([python, "-c", code, str(HERE), str(BUILD)], check=True)


def score(ways: dict[str, list[str]], sounds: dict[str, list[bytes]]) -> dict[str, list[str]]:
    """The ways of each word that fit best: the best, then whichever helps the voices it failed."""
    model = vosk.Model(str(BUILD))
    best: dict[str, list[str]] = {}
    for word, all_of in ways.items():
        grammar = json.dumps(
            [*(f"{word}_{n}" for n in range(len(all_of))), "[unk]"], ensure_ascii=False
        )
        votes: list[Counter[int]] = []
        for sound in sounds[word]:
            engine = vosk.KaldiRecognizer(model, 16_000, grammar)
            engine.SetMaxAlternatives(len(all_of) + 1)
            engine.AcceptWaveform(sound)
            found = json.loads(engine.FinalResult())["alternatives"]
            top = max((one["confidence"] for one in found), default=0.0)
            vote: Counter[int] = Counter()
            for one in found:
                _, mark, number = one["text"].rpartition("_")
                if mark and " " not in one["text"]:
                    vote[int(number)] = math.exp((one["confidence"] - top) / 3)
            votes.append(vote)
        chosen: list[int] = []
        for _ in range(KEPT):
            gain = Counter[int]()
            for vote in votes:
                had = max((vote[n] for n in chosen), default=0.0)
                for n, value in vote.items():
                    gain[n] += max(0.0, value - had)
            if not gain or gain.most_common(1)[0][1] < WORTH:
                break
            chosen.append(gain.most_common(1)[0][0])
        best[word] = [all_of[n] for n in chosen] or all_of[:1]
    return best


def main() -> None:
    """Tune the words of the commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python", help="of the acoustic environment")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    vosk.SetLogLevel(-1)
    known = read(HERE / "de.dict")
    words = sorted(App(Settings(language="de")).content.vocabulary.words)
    silence = np.zeros(8_000, np.int16)
    cast = [EspeakVoice(f"de+{name}", pitch=p, words_per_minute=w) for name, p, w in CAST]
    sounds = {
        word: [
            np.concatenate([silence, to_pcm(v.render(word, 100)), silence]).tobytes() for v in cast
        ]
        for word in words
    }
    best = {word: known[word][:4] for word in words}
    for number in range(options.rounds):
        ways = {
            word: list(dict.fromkeys([*kept, *(new for way in kept for new in varied(way))]))[:MOST]
            for word, kept in best.items()
        }
        build(ways, options.python)
        best = score(ways, sounds)
        print(f"round {number + 1}: {sum(map(len, best.values()))} ways", file=sys.stderr)
    lines = [f"{word} {way}\n" for word, kept in best.items() for way in kept]
    TUNED.write_text("# Written by tune_german.py.\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
