"""Makes tests/recordings: commands and other speech by synthetic voices the model has never heard.

A file's name is what is said in it and by whom. Files in tests/recordings/other hold no command.

    sudo apt install flite festival festvox-us-slt-hts
    .venv/bin/python scripts/make_recordings.py
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from studio import record

from skill.content.load import load_content
from skill.core.vocabulary import Command, Meaning

RECORDINGS = Path(__file__).parent.parent / "tests" / "recordings"
VOICES = (
    "flite-slt",
    "festival-cmu_us_slt_arctic_hts",
    "espeak-steph3",
    "espeak-Michael",
)
MORE = ("horizontal rolling", "next step", "that hurts", "where are we", "go back", "hold on")
OTHER = (
    "the next day it rained again",
    "he told her to come back before dinner",
    "there was a stop sign at the corner",
    "how long have you been living here",
    "I would like some more of that soup",
    "we started over there in the spring",
)
SEED = 11


def main() -> None:
    """Say everything with every voice."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    vocabulary = load_content().vocabulary
    known = set(vocabulary.meanings.values())
    commands = [vocabulary.suggest(c) for c in Command if Meaning(c) in known]
    rng = np.random.default_rng(SEED)
    for folder, texts in ((RECORDINGS, (*commands, *MORE)), (RECORDINGS / "other", OTHER)):
        folder.mkdir(parents=True, exist_ok=True)
        for text in texts:
            for voice in VOICES:
                record(voice, text, folder / f"{text}.{voice}.ogg", rng)


if __name__ == "__main__":
    main()
