"""Writes what to tune the ears on: words that hardly anybody says in training, as commands.

The words of the coach that people say alone in dev (bed, cat, happy, measured with `--also`) are
said by others in training, so dev cannot see whether ears hear words that they do not know by
heart. These can: words of dev's learners that occur in at most `RARE` recordings of training, cut
out of their sentences like the coach's own (`manifest`). They are dealt to `LISTS` lists, so that
not too many of them are commands at once.

Writes BUILD/strange-N.tsv and BUILD/strange-N.words, for

    roller-coach evaluate BUILD/strange-0.tsv --also "$(cat BUILD/strange-0.words)"

Usage: strange.py AUDIO_FOLDER BUILD_FOLDER
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from align import AlignedWord, read_alignments
from corpus import Part, read_utterances
from manifest import Row, cut_words, group_of, write
from stage import stage
from vocabulary import USUAL, WORDS, read_vocabulary

RARE = 3
"""Recordings of training."""
FEWEST_PHONES = 3
SHORTEST = 20
"""Frames of 10 ms: shorter ones are hardly there."""
LISTS = 4


def strange_words(build: Path) -> frozenset[str]:
    """Those of the more usual words that training hardly has."""
    trained = (u.text for u in read_utterances(build / "corpus.tsv") if u.part is Part.TRAIN)
    said = Counter(word for text in trained for word in set(text.split()))
    return frozenset(word for word in read_vocabulary(WORDS)[:USUAL] if said[word] <= RARE)


def strange_rows(audio: Path, build: Path) -> Iterator[Row]:
    """Every strange word of dev's learners."""
    strange = strange_words(build)
    alignments = {a.path: a for a in read_alignments(build / "corpus.jsonl")}

    def wanted(word: AlignedWord) -> bool:
        long = len(word.segments) >= FEWEST_PHONES and word.end - word.start >= SHORTEST
        return long and word.text in strange

    for utterance in read_utterances(build / "corpus.tsv"):
        alignment = alignments.get(utterance.path)
        learner = (utterance.corpus, utterance.part) == ("speechocean762", Part.DEV)
        if learner and alignment and any(map(wanted, alignment.words)):
            path = str(audio / utterance.path)
            group = group_of(utterance.corpus, path)
            yield from cut_words(utterance, path, alignment, group, wanted)


def main() -> None:
    """Write the lists, and print how long they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    options = parser.parse_args()
    rows = list(strange_rows(options.audio.resolve(), options.build))
    words = sorted({row.text for row in rows})
    for number in range(LISTS):
        some = words[number::LISTS]
        chosen = [row for row in rows if row.text in some]
        write(options.build / f"strange-{number}.tsv", chosen)
        (options.build / f"strange-{number}.words").write_text(",".join(some))
        print(f"strange-{number}: {len(some)} words, {len(chosen)} recordings")


if __name__ == "__main__":
    stage(main)
