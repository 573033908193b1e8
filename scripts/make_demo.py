"""Makes a recorded session that ships: skill/data/sessions/demo.ogg and its labels, or demo.de.ogg.

No person is in it. Synthetic voices that the recogniser's model has never heard (models/README.md
lists them) say the lines of demo.yaml; each is put into a simulated room with background noise,
and a rehearsal places them around the coach's own speech.

    sudo apt install flite festival festvox-us-slt-hts
    .venv/bin/python scripts/make_demo.py [LANGUAGE]
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from studio import record

from skill.dialogue import tell
from skill.journal import read_journal
from skill.languages import ENGLISH
from skill.measure import read_labels
from skill.settings import Settings

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "demo"
SEED = 7
LEAST_BITS = 0.985
"""libsndfile's scale, 0 for 256 and 1 for 6 kbit/s: the recorded session in another language is
small, and only has to be heard by ears."""


def main() -> None:
    """Synthesise, rehearse, and keep the person's side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", nargs="?", default=ENGLISH)
    language = parser.parse_args().language
    chosen = Settings(language=language)
    demo = chosen.demo
    BUILD.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    script = demo.with_suffix(".yaml")
    for line in yaml.safe_load(script.read_text(encoding="utf-8"))["lines"]:
        path = BUILD / f"{line['say']}.{line['voice']}.wav"
        record(line["voice"], line["say"], path, rng, chosen.chosen.espeak)
    session, labels = BUILD / "session.wav", demo.with_suffix(".tsv")
    subprocess.run(
        [
            *(sys.executable, "-m", "skill", "rehearse", str(script), "--language", language),
            *("--recordings", str(BUILD), "--write-audio", str(session)),
            *("--write-labels", str(labels)),
        ],
        check=True,
    )
    both, rate = soundfile.read(session, dtype="float32")
    small = {} if language == ENGLISH else {"compression_level": LEAST_BITS}
    with soundfile.SoundFile(demo, "w", rate, 1, format="OGG", subtype="OPUS", **small) as file:
        file.write(both[:, 0])
    print(f"{demo}: {demo.stat().st_size / 1e6:.2f} MB, {len(both) / rate:.0f} s")
    keep_dialogue(demo, language)


def keep_dialogue(demo: Path, language: str) -> None:
    """Write down how the recorded session goes, from the compressed recording that ships."""
    journal = BUILD / "journal.jsonl"
    command = [sys.executable, "-m", "skill", "replay", str(demo), "--quiet"]
    command += ["--language", language]
    subprocess.run([*command, "--journal", str(journal)], check=True)
    lines = list(tell(read_journal(journal)[1]))
    demo.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = len(read_labels(demo.with_suffix(".tsv")))
    heard = sum(line.startswith("you: ") and "ignored" not in line for line in lines)
    print(f"{heard} of {said} commands are heard in it; now run scripts/readme.py")


if __name__ == "__main__":
    main()
