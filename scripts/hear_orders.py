"""Measures whether the built-in ears take long commands of somebody's own, in words that ours lack.

    .venv/bin/python scripts/hear_orders.py

Orders at a coffee bar, drawn by chance, each said by one of four voices that no training has heard;
the grammar is all of these orders. Counted are those that come out to the letter, and those whose
every slot is right (size, roast, shots, drink, what goes with it), whatever the small words are.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parent.parent))

from skill.ports import RATE, Block, Pcm
from skill.recognition.vosk import VoskModel, VoskRecognizer
from skill.settings import Settings
from skill.speech.espeak import EspeakVoice

VOICES = ("en-us+belinda", "en-us+Michael", "en-us+steph3", "en-us+david")
OPENINGS = ("i want", "can i have", "make me", "please give me", "i would like", "could you get me")
SIZES = ("small", "medium", "large", "eight ounce", "twelve ounce")
ROASTS = ("dark roast", "medium roast", "light roast")
SHOTS = ("single shot", "double shot", "triple shot")
DRINKS = ("espresso", "cappuccino", "americano", "latte", "macchiato", "mocha", "coffee")
AMOUNTS = ("a little bit of", "some", "two spoons of", "a lot of")
EXTRAS = ("brown sugar", "whole milk", "skim milk", "almond milk", "soy milk", "cream", "cinnamon")
SLOTS = {
    word for group in (SIZES, ROASTS, SHOTS, DRINKS, EXTRAS) for of in group for word in of.split()
}


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody's order: what is said, and by which voice."""

    text: str
    voice: str


def draw(rng: np.random.Generator, voice: str) -> Order:
    """One order by chance."""

    def one(of: tuple[str, ...], likely: float = 1.0) -> list[str]:
        return [of[rng.integers(len(of))]] if rng.random() < likely else []

    cup = [*one(SIZES, 0.6), *one(ROASTS, 0.5), *one(SHOTS, 0.4), *one(DRINKS)]
    article = "an" if cup[0][0] in "aeiou" else "a"
    extra = [" ".join(["with", *one(AMOUNTS), *one(EXTRAS)])]
    return Order(" ".join([*one(OPENINGS), article, *cup, *one(tuple(extra), 0.8)]), voice)


def said(order: Order) -> Pcm:
    """An order at the microphone's rate, with half a second of silence on either side."""
    clip = EspeakVoice(order.voice).render(order.text, 100)
    spoken = np.asarray(soxr.resample(clip.samples, clip.rate, RATE), np.float32) * 12_000
    quiet = np.zeros(RATE // 2, np.float32)
    return np.rint(np.concatenate((quiet, spoken, quiet))).astype(np.int16)


def slots(text: str) -> list[str]:
    """The words that matter to whoever makes the coffee."""
    return [word for word in text.split() if word in SLOTS]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Settings().model)
    parser.add_argument("--orders", type=int, default=200)
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    orders = [draw(rng, VOICES[number % len(VOICES)]) for number in range(options.orders)]
    model = VoskModel(options.model)
    recognizer = VoskRecognizer(model, sorted({order.text for order in orders}))
    letters, right, at = 0, 0, 0
    for order in track(orders, "orders"):
        pcm = said(order)
        found = [*recognizer.feed(Block(at, pcm)), recognizer.flush()]
        at += len(pcm)
        text = " ".join(one.readings[0].text for one in found if one.final and one.readings)
        letters += text == order.text
        right += slots(text) == slots(order.text)
    print(f"{letters} of {len(orders)} to the letter, {right} with every slot right")


if __name__ == "__main__":
    main()
