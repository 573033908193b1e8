"""How well a language's ears hear espeak-ng speak it, with the coach's own listener.

Every phrase of every command is said alone by several voices, all commands being live; then the
coach's own lines and everyday sentences, none of which may be obeyed. Synthetic voices only: a
person's figures will be others.

    .venv/bin/python scripts/hear_language.py de [--model FOLDER]
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.app import App
from skill.audio.pcm import to_pcm
from skill.core.coach import Book
from skill.core.decision import Context
from skill.core.messages import Heard, Ignored
from skill.core.repertoire import repertoire
from skill.core.vocabulary import Command
from skill.ears import Ears
from skill.ports import BLOCK, RATE, Block, Pcm
from skill.settings import Settings
from skill.speech.espeak import EspeakVoice

VARIANTS = ("Michael", "steph3", "belinda", "f5", "m2", "adam")
"""Voices that only measure (models/README.md)."""
MANNERS = ((50, 120), (40, 150), (65, 105))
"""Pitch, and words per minute as espeak-ng counts, in turn."""
EVERYDAY = Path(__file__).with_name("everyday")
"""Sentences nobody means for a coach, one file for each language."""
ALL_LIVE = Context(frozenset(Command), "measuring")
ROOM = 12.0


def voices(language: str, names: Iterable[str]) -> Iterator[tuple[str, EspeakVoice]]:
    """Each variant with a manner of its own."""
    for number, name in enumerate(names):
        pitch, speed = MANNERS[number % len(MANNERS)]
        yield name, EspeakVoice(f"{language}+{name}", pitch=pitch, words_per_minute=speed)


def heard(ears: Ears, sounds: Iterable[Pcm]) -> Iterator[list[Heard | Ignored]]:
    """What is made of each sound, in a quiet room, with silence around it."""
    rng = np.random.default_rng(1)
    frame = 0
    for sound in sounds:
        found: list[Heard | Ignored] = []
        padded = np.concatenate([np.zeros(RATE // 2, np.int16), sound, np.zeros(RATE, np.int16)])
        for at in range(0, len(padded) - BLOCK + 1, BLOCK):
            noise = rng.normal(0.0, ROOM, BLOCK)
            pcm = np.clip(padded[at : at + BLOCK] + noise, -32768, 32767).astype(np.int16)
            block = Block(frame, pcm)
            frame += BLOCK
            decisions = ears.hear(block, block.end_frame * 1000 // RATE, ALL_LIVE)
            found += [one for one in decisions if isinstance(one, Heard | Ignored)]
        yield found


def _told(one: Heard | Ignored) -> str:
    words = one.phrase if isinstance(one, Heard) else f"{one.text}, {one.reason}"
    return f"{words} ({one.confidence:.2f})"


def main() -> None:
    """Print hits, wrong commands and false accepts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--voices", default=",".join(VARIANTS))
    parser.add_argument("--list", action="store_true", help="name every miss")
    parser.add_argument("--no-talk", action="store_true", help="commands only")
    options = parser.parse_args()
    given = {"language": options.language}
    app = App(Settings.model_validate(given | ({"model": options.model} if options.model else {})))
    vocabulary = app.content.vocabulary
    cast = list(voices(options.language, options.voices.split(",")))
    hits, wrong, missed = 0, Counter[str](), Counter[str]()
    firsts = {vocabulary.suggest(m.command, m.argument) for m in vocabulary.meanings.values()}
    first_hits = 0
    make = app.hearing.ear_maker(app.content)
    phrases = list(vocabulary.meanings)
    for name, voice in cast:
        sounds = (to_pcm(voice.render(phrase, 100)) for phrase in phrases)
        for phrase, found in zip(phrases, heard(make(), sounds), strict=True):
            meant = vocabulary.meanings[phrase]
            got = [(one.command, one.argument) for one in found if isinstance(one, Heard)]
            if got == [(meant.command, meant.argument)]:
                hits += 1
                first_hits += phrase in firsts
                continue
            if got:
                wrong[f"{phrase} -> {got[0][0].value}"] += 1
            else:
                missed[phrase] += 1
            if options.list:
                print(name, "|", phrase, "|", *map(_told, found))
    said = len(vocabulary.meanings) * len(cast)
    print(f"{hits} of {said} command phrases ({hits / said:.0%}), {wrong.total()} for another")
    print(f"suggested ones: {first_hits} of {len(firsts) * len(cast)}")
    print("missed:", ", ".join(f"{p} {n}" for p, n in missed.most_common()))
    print("wrong:", ", ".join(f"{p} {n}" for p, n in wrong.most_common()))
    if options.no_talk:
        return
    book = Book(app.content.routine, app.content.phrases, vocabulary)
    own = [text for text, _ in repertoire(book)]
    own = [t for t in own if not any(f" {p} " in f" {t} " for p in book.suggestions.values())]
    everyday = (EVERYDAY / f"{options.language}.txt").read_text(encoding="utf-8").splitlines()
    for what, lines in (("the coach's own lines", own[::4]), ("everyday sentences", everyday)):
        false, seconds = Counter[str](), 0.0
        for _, voice in cast[:3]:
            clips = [to_pcm(voice.render(line, 100)) for line in lines]
            seconds += sum(map(len, clips)) / RATE
            for line, found in zip(lines, heard(make(), clips), strict=True):
                false.update(f"{o.phrase} ({line})" for o in found if isinstance(o, Heard))
        print(f"{what}: {false.total()} false accepts in {seconds / 60:.1f} minutes")
        for line, number in false.most_common(12):
            print("   ", number, line)


if __name__ == "__main__":
    main()
