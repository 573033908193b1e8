"""Writes what people say in several words, as commands, to tune and to measure the ears on.

No corpus has people who say the coach's own phrases. But learners say sentences, and any of them
can be a command: of each part's sentences of `FEWEST` to `MOST` words some are drawn by a hash, and
dealt to `LISTS` lists, so that not too many of them are commands at once; all others are to be left
alone.

Writes BUILD/phrases-dev-N.words and BUILD/phrases-measure-N.words, for

    roller-coach evaluate BUILD/dev.tsv --kind sentence --also "$(cat BUILD/phrases-dev-0.words)"

Usage: phrases.py BUILD_FOLDER MODEL_FOLDER
"""

import argparse
import hashlib
from pathlib import Path

from corpus import Part, read_utterances
from stage import stage

FEWEST, MOST = 2, 5
DRAWN = 210
LISTS = 3


def sentences(build: Path, part: Part, known: frozenset[str]) -> list[str]:
    """Those of a part's learners that are short enough and have no word that a model lacks."""
    said = {
        utterance.text
        for utterance in read_utterances(build / "corpus.tsv")
        if (utterance.corpus, utterance.part) == ("speechocean762", part)
    }
    fitting = [
        text
        for text in said
        if FEWEST <= len(text.split()) <= MOST and known.issuperset(text.split())
    ]
    return sorted(fitting, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:DRAWN]


def main() -> None:
    """Write the lists, and print how long they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    lines = (options.model / "graph/words.txt").read_text(encoding="utf-8").splitlines()
    known = frozenset(line.split()[0] for line in lines)
    for part in (Part.DEV, Part.MEASURE):
        drawn = sentences(options.build, part, known)
        for number in range(LISTS):
            some = sorted(drawn[number::LISTS])
            name = f"phrases-{part.value}-{number}"
            (options.build / f"{name}.words").write_text(",".join(some), encoding="utf-8")
            print(f"{name}: {len(some)} sentences")


if __name__ == "__main__":
    stage(main)
