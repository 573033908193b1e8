"""How good is a voice? All bars of the built-in one, beside the speaker's own held-out recordings,
espeak-ng and flite's slt. What a system said is kept in build/voice/measured, and so is what was
found out about it: only a new voice takes time.

Usage: measure.py VOICE.onnx AUDIO_FOLDER [--json FILE]
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import yaml
from hearing import REPOSITORY
from laboratory import Laboratory, spread
from rich.console import Console
from rich.progress import Progress
from systems import Cast
from tables import bars, tables

from skill.content.load import load_content
from skill.settings import PACKAGE

FOLDER = REPOSITORY / "build" / "voice" / "measured"
ROUTINE, PHRASES, COMMANDS = (
    PACKAGE / "data" / name
    for name in ("routines/back.yaml", "phrases/en.yaml", "commands/en.yaml")
)
LINES = 36
"""Of the routine's own, evenly spread: half of them."""


def coach_lines() -> list[str]:
    """Some of what the built-in routine says, as it stands in the file."""
    found: list[str] = []
    for exercise in yaml.safe_load(ROUTINE.read_text(encoding="utf-8"))["exercises"]:
        for part in (exercise, *exercise["steps"]):
            for name in ("intro", "full", "brief", "more"):
                lines = part.get(name, [])
                found += [lines] if isinstance(lines, str) else lines
    lines = list(dict.fromkeys(line for line in found if isinstance(line, str)))
    return spread(lines, LINES)


def command_phrases() -> list[str]:
    """All that a person may say."""
    return list(load_content(ROUTINE, PHRASES, COMMANDS).vocabulary.meanings)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voice", type=Path, help="its .onnx.json lies beside it")
    parser.add_argument("audio", type=Path, help="the folder of speech.tsv and kathleen/")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    cast = Cast(options.voice, options.audio, FOLDER)
    console = Console(width=100)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        laboratory = Laboratory(cast, coach_lines(), command_phrases(), bar)
        found = [laboratory.figures(system) for system in cast.everybody()]
    for table in (*tables(found), bars(found)):
        console.print(table)
    missed = [f"{one.name}: {', '.join(one.commands[1])}" for one in found if one.commands]
    console.print("commands not heard", *missed, sep="\n  ")
    if options.json is not None:
        data = {one.name: asdict(one) for one in found} | {"texts": laboratory.texts}
        plain = json.dumps(data, indent=1, default=lambda array: array.tolist())
        options.json.write_text(plain, encoding="utf-8")


if __name__ == "__main__":
    main()
