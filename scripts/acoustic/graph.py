"""Builds graph/ of a Vosk model, in the form that takes a grammar at run time.

HCLr.fst: every word's pronunciations as transitions of the acoustic model, with optional silence
before each word and at the end, and `[unk]`: any sequence of phones, for a price per word, per
phone, and for how unusual each phone is. Gr.fst: any word after any word; Vosk replaces it by the
grammar it is given.

Prices are in nats, before the acoustic model's scores are scaled (model.conf, acoustic-scale).
Run it again whenever the commands change; it takes seconds and needs no training.

pywrapfst must never meet vosk in one process: both carry OpenFst, and they corrupt each other.

Usage: graph.py MODEL_FOLDER [--language de] [--words FILE] [--unk-word P] [--unk-phone P] ...
"""

import argparse
import math
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from pathlib import Path

import pywrapfst as fst
from commands import ENGLISH, all_phrases
from lexicon import PHONES, SPN, Lexicon, read_dictionary, read_lexicon
from lookalikes import write_lookalikes
from phones import phone_count, phone_of, phones_of
from stage import stage
from units import BOUNDARY, CLASS_OF, CLASSES, Tying, read_tying, unit
from vocabulary import USUAL, read_vocabulary

EPSILON = 0
UNKNOWN = "[unk]"
GRAMMAR_MARK = "#0"
PLUGINS = ":".join(str(folder) for folder in Path("/usr/lib").glob("*/fst/*"))
"""Where Debian's libfst22-plugins-base puts olabel_lookahead-fst.so; the loader does not look."""
WORD_PRICE_IN_GR = 7.0
"""Every word in Gr.fst; it matters only without a run-time grammar."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Costs of paths through the graph, in nats.

    Attributes:
        unk_word: of each `[unk]`, paid when it ends.
        unk_phone: of each phone in it.
        unk_unusual: times -ln of the phone's share among the vocabulary's words at that place.
        silence: of silence before a word.
        noise: of a breath, click or cough before a word.
        repeat: of each further frame of a phone.
        word: of each word that is not `[unk]`.
    """

    unk_word: float = 1.0
    unk_phone: float = 0.0
    unk_unusual: float = 0.7
    silence: float = 0.7
    noise: float = 2.0
    repeat: float = 0.1
    word: float = 3.0


FOREIGN = Prices(unk_word=5.0, unk_unusual=0.9)
"""For a language in another one's sounds: its words fit worse, so `[unk]` must be dearer. By
scripts/hear_language.py de with the voices of tuning: 676 of 780 phrases and 4 false accepts in
22 minutes with `Prices()`, 717 and 6 with these."""


def weight(value: float = 0.0) -> fst.Weight:
    """A price as pywrapfst wants it."""
    return fst.Weight("tropical", value)


class Labels:
    """Numbers on the input side while the lexicon is determinised.

    1..n are Kaldi's phones, n + 1 marks silence, n + 2, ... tell homophones apart, and the last
    stands for the grammar's own mark.
    """

    def __init__(self, phones: int, homophones: int) -> None:
        self.phones = phones
        self.silence_mark = phones + 1
        self.first_homophone = phones + 2
        self.grammar_mark = phones + 2 + homophones

    def homophone(self, number: int) -> int:
        """Mark of the `number`th word (from 0) that is said in the same way."""
        return self.first_homophone + number

    def transition(self, label: int) -> int:
        """The mark's number in the finished graph: after all transitions."""
        return self.phones + label


def spell(lexicon: Lexicon, tying: Tying) -> dict[str, list[tuple[int, ...]]]:
    """Each word's pronunciations in Kaldi's phones."""
    return {
        word: list(dict.fromkeys(phones_of(pronunciation, tying) for pronunciation in ways))
        for word, ways in lexicon.items()
    }


def lexicon_fst(
    spelled: dict[str, list[tuple[int, ...]]], word_id: dict[str, int], labels: Labels, cost: Prices
) -> fst.VectorFst:
    """The pronouncing dictionary as a loop, determinised."""
    result = fst.VectorFst()
    start = result.add_state()
    result.set_start(start)
    result.set_final(start, weight())
    for phone, price in ((1, cost.silence), (2, cost.noise)):
        pause = result.add_state()
        result.add_arc(start, fst.Arc(phone, EPSILON, weight(price), pause))
        result.add_arc(pause, fst.Arc(labels.silence_mark, EPSILON, weight(), start))
    result.add_arc(start, fst.Arc(labels.grammar_mark, word_id[GRAMMAR_MARK], weight(), start))
    seen: Counter[tuple[int, ...]] = Counter()
    counts = Counter(way for ways in spelled.values() for way in ways)
    for word, ways in spelled.items():
        for way in ways:
            marks = [labels.homophone(seen[way])] if counts[way] > 1 else []
            seen[way] += 1
            add_word(result, start, [*way, *marks], word_id[word], cost.word)
    return fst.determinize(result)


def add_word(lexicon: fst.VectorFst, start: int, path: list[int], word: int, price: float) -> None:
    """A loop from `start` to itself; the word is on its first arc."""
    state = start
    for place, label in enumerate(path):
        target = start if place == len(path) - 1 else lexicon.add_state()
        output, paid = (word, price) if place == 0 else (EPSILON, 0.0)
        lexicon.add_arc(state, fst.Arc(label, output, weight(paid), target))
        state = target


def add_phone(
    graph: fst.VectorFst, source: int, phone: int, *, output: int, price: float, repeat: float
) -> int:
    """A phone from `source` on: its entering transition, then itself; the state after it."""
    state = graph.add_state()
    graph.add_arc(source, fst.Arc(2 * phone, output, weight(price), state))
    graph.add_arc(state, fst.Arc(2 * phone - 1, EPSILON, weight(repeat), state))
    return state


def expand(lexicon: fst.VectorFst, labels: Labels, repeat: float) -> tuple[fst.VectorFst, set[int]]:
    """Phones become transitions.

    Returns:
        the graph, with the same numbers for the lexicon's states; the marks' numbers in it.
    """
    graph = fst.VectorFst()
    marks: set[int] = set()
    for _ in range(lexicon.num_states()):
        graph.add_state()
    graph.set_start(lexicon.start())
    for state in range(lexicon.num_states()):
        graph.set_final(state, lexicon.final(state))
        for arc in lexicon.arcs(state):
            if 0 < arc.ilabel <= labels.phones:
                inside = add_phone(
                    graph,
                    state,
                    arc.ilabel,
                    output=arc.olabel,
                    price=float(arc.weight),
                    repeat=repeat,
                )
                graph.add_arc(inside, fst.Arc(EPSILON, EPSILON, weight(), arc.nextstate))
                continue
            label = arc.ilabel
            if label > labels.phones:
                label = labels.transition(label)
                marks.add(label)
            graph.add_arc(state, fst.Arc(label, arc.olabel, arc.weight, arc.nextstate))
    return graph, marks


def shared_endings(graph: fst.VectorFst) -> fst.VectorFst:
    """The same paths over fewer states: words that end alike share their ends.

    A word's label is where its beginning differs from all others, so ends carry none.
    """
    labels = fst.EncodeMapper("standard", True, True)
    graph.encode(labels)
    graph.minimize()
    graph.decode(labels)
    return graph


Step = tuple[int, int, bool]
"""One phone of a word: class of its left neighbour, the phone, whether it is the last."""


def step_prices(lexicon: Lexicon) -> dict[Step, float]:
    """How unusual each phone is after each class: -ln of its share among the vocabulary's words.

    Every step counts half a word more than there are, so that none is impossible.
    """
    counts: dict[Step, float] = dict.fromkeys(
        product(range(len(CLASSES)), range(SPN + 1, len(PHONES)), (False, True)), 0.5
    )
    for pronunciation in (way for ways in lexicon.values() for way in ways):
        left = BOUNDARY
        for place, phone in enumerate(pronunciation, 1):
            counts[left, phone, place == len(pronunciation)] += 1
            left = CLASS_OF[phone]
    totals: Counter[int] = Counter()
    for (left, _, _), count in counts.items():
        totals[left] += count
    return {step: -math.log(count / totals[step[0]]) for step, count in counts.items()}


def add_unknown(
    graph: fst.VectorFst, lexicon: Lexicon, tying: Tying, word: int, cost: Prices
) -> None:
    """`[unk]`: any phones, each in the unit that belongs to the class of the phone before.

    Its own price is paid at the end: at the beginning it would push the path out of the beam
    before the sounds have spoken, and talk would come out as a salad of commands.
    """
    start = graph.start()
    states = [graph.add_state() for _ in CLASSES]
    graph.add_arc(start, fst.Arc(EPSILON, word, weight(), states[BOUNDARY]))
    for (left, phone, last), unusual in step_prices(lexicon).items():
        pdf = tying.pdf_of_unit[unit(phone, left)]
        inside = add_phone(
            graph,
            states[left],
            phone_of(pdf, first=left == BOUNDARY, last=last),
            output=EPSILON,
            price=cost.unk_phone + cost.unk_unusual * unusual,
            repeat=cost.repeat,
        )
        target = start if last else states[CLASS_OF[phone]]
        leaving = cost.unk_word if last else 0.0
        graph.add_arc(inside, fst.Arc(EPSILON, EPSILON, weight(leaving), target))


def look_ahead(graph: fst.VectorFst, file: Path) -> dict[int, int]:
    """Write the graph as Kaldi's look-ahead composition wants it.

    Returns:
        new numbers of those words that got one.
    """
    graph.arcsort("olabel")
    with tempfile.TemporaryDirectory() as folder:
        plain, relabelled = Path(folder, "hcl.fst"), Path(folder, "pairs")
        graph.write(str(plain))
        subprocess.run(
            [
                "fstconvert",
                "--fst_type=olabel_lookahead",
                f"--save_relabel_opairs={relabelled}",
                str(plain),
                str(file),
            ],
            check=True,
            env={**os.environ, "LD_LIBRARY_PATH": PLUGINS},
        )
        pairs = [line.split() for line in relabelled.read_text().splitlines()]
    return {int(old): int(new) for old, new in pairs}


def free_loop(words: Iterable[int]) -> fst.Fst:
    """Any word after any word."""
    graph = fst.VectorFst()
    state = graph.add_state()
    graph.set_start(state)
    graph.set_final(state, weight())
    for word in sorted(words):
        graph.add_arc(state, fst.Arc(word, word, weight(WORD_PRICE_IN_GR), state))
    return fst.convert(graph, "const")


def build(lexicon: Lexicon, usual: Lexicon, tying: Tying, cost: Prices, folder: Path) -> None:
    """Write HCLr.fst, Gr.fst, words.txt and disambig_tid.int into `folder`.

    Args:
        lexicon: all words.
        usual: those that `[unk]` is made like.
        tying: of the network's units.
        cost: prices.
        folder: of the graph.
    """
    spelled = spell(lexicon, tying)
    symbols = ["<eps>", UNKNOWN, *sorted(spelled), GRAMMAR_MARK]
    word_id = {word: number for number, word in enumerate(symbols)}
    counts = Counter(way for ways in spelled.values() for way in ways)
    labels = Labels(phone_count(tying), max(counts.values()))
    graph, marks = expand(lexicon_fst(spelled, word_id, labels, cost), labels, cost.repeat)
    graph = shared_endings(graph)
    add_unknown(graph, usual, tying, word_id[UNKNOWN], cost)
    folder.mkdir(parents=True, exist_ok=True)
    new = look_ahead(graph, folder / "HCLr.fst")
    numbers = {word: new.get(number, number) for word, number in word_id.items()}
    by_number = sorted((number, word) for word, number in numbers.items())
    (folder / "words.txt").write_text("".join(f"{word} {n}\n" for n, word in by_number))
    free_loop(n for n, word in by_number if word not in ("<eps>", GRAMMAR_MARK)).write(
        str(folder / "Gr.fst")
    )
    (folder / "disambig_tid.int").write_text("".join(f"{mark}\n" for mark in sorted(marks)))


def phrase_words(language: str) -> list[str]:
    """The words of all phrases."""
    return [word for phrase in all_phrases(language) for word in phrase.split()]


def known_words(words: Iterable[str], everything: Lexicon) -> Lexicon:
    """The words that somebody can say; prints the others."""
    words = list(dict.fromkeys(words))
    for word in words:
        if word not in everything:
            print(f"no pronunciation: {word} (add it to the dictionary)")
    return {word: everything[word] for word in words if word in everything}


def main() -> None:
    """Build the graph of a model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--words", type=Path, default=Path(__file__).with_name("words.txt"))
    parser.add_argument("--language", default=ENGLISH, help="whose commands and dictionary")
    for name in asdict(Prices()):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float)
    options = parser.parse_args()
    tying = read_tying(options.model / "graph/phones/units.txt")
    given = {price.name: getattr(options, price.name) for price in fields(Prices)}
    usual = Prices() if options.language == ENGLISH else FOREIGN
    cost = replace(usual, **{name: price for name, price in given.items() if price is not None})
    if options.language == ENGLISH:
        everything = read_lexicon()
        words = read_vocabulary(options.words)
    else:
        everything = read_dictionary(Path(__file__).with_name(f"{options.language}.dict"))
        words = list(everything)
    spoken = phrase_words(options.language)
    lexicon = known_words([*spoken, *words], everything)
    usual = {word: lexicon[word] for word in [*spoken, *words[:USUAL]] if word in lexicon}
    folder = options.model / "graph"
    build(lexicon, usual, tying, cost, folder)
    if options.language == ENGLISH:
        write_lookalikes(lexicon, words, USUAL, tying, folder)
    sizes = ", ".join(f"{f.name} {f.stat().st_size}" for f in sorted(folder.glob("*.fst")))
    print(f"{len(lexicon)} words; {sizes}")


if __name__ == "__main__":
    stage(main)
