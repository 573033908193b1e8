"""Makes the recorded session that ships: skill/data/sessions/demo.ogg and its labels.

No person is in it. Synthetic voices that the recogniser's model has never heard (models/README.md
lists them) say the lines of demo.yaml; each is put into a simulated room with background noise,
and a rehearsal places them around the coach's own speech.

    sudo apt install flite festival festvox-us-slt-hts
    .venv/bin/python scripts/make_demo.py
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
import yaml
from studio import record

from skill.app import DEMO
from skill.dialogue import tell
from skill.journal import read_journal
from skill.measure import read_labels

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "demo"
SCRIPT = DEMO.with_suffix(".yaml")
SEED = 7


def main() -> None:
    """Synthesise, rehearse, and keep the person's side."""
    BUILD.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    for line in yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))["lines"]:
        path = BUILD / f"{line['say']}.{line['voice']}.wav"
        record(line["voice"], line["say"], path, rng)
    session, labels = BUILD / "session.wav", DEMO.with_suffix(".tsv")
    subprocess.run(
        [
            *(sys.executable, "-m", "skill", "rehearse", str(SCRIPT)),
            *("--recordings", str(BUILD), "--write-audio", str(session)),
            *("--write-labels", str(labels)),
        ],
        check=True,
    )
    both, rate = soundfile.read(session, dtype="float32")
    soundfile.write(DEMO, both[:, 0], rate, format="OGG", subtype="OPUS")
    print(f"{DEMO}: {DEMO.stat().st_size / 1e6:.2f} MB, {len(both) / rate:.0f} s")
    keep_dialogue()


def keep_dialogue() -> None:
    """Write down how the recorded session goes, from the compressed recording that ships."""
    journal = BUILD / "journal.jsonl"
    command = [sys.executable, "-m", "skill", "replay", str(DEMO), "--quiet"]
    subprocess.run([*command, "--journal", str(journal)], check=True)
    lines = list(tell(read_journal(journal)[1]))
    DEMO.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = len(read_labels(DEMO.with_suffix(".tsv")))
    heard = sum(line.startswith("you: ") and "ignored" not in line for line in lines)
    print(f"{heard} of {said} commands are heard in it; now run scripts/readme.py")


if __name__ == "__main__":
    main()
