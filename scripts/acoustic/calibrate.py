"""The trade-off of the prices of `[unk]`: more hits or fewer false accepts. On dev only.

For each WORD:PHONE:UNUSUAL a graph is built beside a copy of the model, and everything that
`measure` counts is summed up in one line. happy, bed and cat join the grammar: dev has hundreds
of people saying them alone, and few saying a command.

Usage: calibrate.py MODEL MANIFEST WORD:PHONE:UNUSUAL ... [--every N]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from manifest import read
from measure import Score, measure
from stage import stage

EXTRA = ("happy", "bed", "cat")
HUMAN = ("word", "cut-word")


def build(model: Path, copy: Path, options: list[str]) -> None:
    """Copy a model and give the copy a graph with other prices."""
    shutil.copytree(model, copy)
    graph = Path(__file__).with_name("graph.py")
    subprocess.run([sys.executable, str(graph), str(copy), *options], check=True)


def hit_share(score: Score | None) -> str:
    """Hits of a kind in percent."""
    if score is None or not score.commands:
        return "-"
    return f"{100 * score.hits / score.commands:.1f}"


def line(scores: dict[str, Score]) -> str:
    """Hits by kind, false accepts of everything that is no command, per hour."""
    hours = sum(score.other_seconds for score in scores.values()) / 3600
    accepts = {kind: score.accepts for kind, score in scores.items() if score.accepts}
    hits = ", ".join(f"{kind} {hit_share(scores.get(kind))} %" for kind in (*HUMAN, "synthetic"))
    return f"hits {hits}; accepts {sum(accepts.values()) / max(hours, 1e-9):.0f}/h {accepts}"


def main() -> None:
    """Print one line for each pair of prices."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("prices", nargs="+", help="WORD:PHONE:UNUSUAL, as in graph.Prices")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--graph", default="", help="further options for graph.py")
    parser.add_argument("--conf", default="", help="a line to add to model.conf")
    options = parser.parse_args()
    rows = read(options.manifest)
    rows = [row for row in rows if row.kind == "cut-word"] + [
        row for row in rows if row.kind != "cut-word"
    ][:: options.every]
    for price in options.prices:
        word, phone, unusual = price.split(":")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "model")
            chosen = [f"--unk-word={word}", f"--unk-phone={phone}", f"--unk-unusual={unusual}"]
            chosen += options.graph.split()
            build(options.model, copy, chosen)
            if options.conf:
                with (copy / "conf/model.conf").open("a") as conf:
                    conf.write(f"{options.conf}\n")
            scores, factor = measure(copy, rows, EXTRA, wrong=False)
        print(f"{price} {line(scores)}; real-time factor {factor:.3f}", flush=True)


if __name__ == "__main__":
    stage(main)
