"""Chooses the words that the model knows: words.txt, one a line, the most useful first.

Words of the training recordings that occur twice, words that commands of people's own are made of
(things.txt), and the most frequent English words by the unigrams of the language model in
pocketsphinx's wheel, as far as the dictionary has them. The first ones (`USUAL`) stay as they are
in a words.txt that is there, for they decide what `[unk]` costs (`graph.py`); without the file,
they are chosen, too. The words of the commands are not in the list; `graph.py` adds them.

Usage: vocabulary.py BUILD_FOLDER [--count N]
"""

import argparse
from collections import Counter
from pathlib import Path

from commands import read_lines
from corpus import Part, read_utterances
from lexicon import pocketsphinx_model, read_lexicon
from pocketsphinx import Config, LogMath, NGramModel
from stage import stage

WORDS = Path(__file__).with_name("words.txt")
THINGS = Path(__file__).with_name("things.txt")
COUNT = 24_000
USUAL = 6_000
"""So many words, the most useful ones, tell how unusual a phone is in `[unk]`: what rare words are
made of is no part of it."""
HEADER = "# Written by vocabulary.py: what the model knows besides the words of the commands.\n"


def read_vocabulary(file: Path) -> list[str]:
    """The words of a vocabulary file."""
    return read_lines(file)


def by_frequency(words: list[str]) -> list[str]:
    """Words in the order of their unigram probability, the most frequent first."""
    model = NGramModel(Config(), LogMath(), str(pocketsphinx_model() / "en-us.lm.bin"))
    return sorted(words, key=lambda word: (-model.prob([word]), word))


def choose(build: Path, count: int) -> list[str]:
    """The vocabulary."""
    lexicon = read_lexicon()
    trained = [u for u in read_utterances(build / "corpus.tsv") if u.part is Part.TRAIN]
    counts = Counter(word for u in trained for word in u.text.split())
    heard = [word for word, number in counts.most_common() if number > 1 and word in lexicon]
    common = by_frequency(list(lexicon))
    usual = read_vocabulary(WORDS) if WORDS.exists() else list(dict.fromkeys([*heard, *common]))
    things = [word for line in read_lines(THINGS) for word in line.split()]
    return list(dict.fromkeys([*usual[:USUAL], *things, *common]))[:count]


def main() -> None:
    """Write words.txt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    words = choose(options.build, options.count)
    WORDS.write_text(HEADER + "".join(f"{word}\n" for word in words))
    print(f"{len(words)} words")


if __name__ == "__main__":
    stage(main)
