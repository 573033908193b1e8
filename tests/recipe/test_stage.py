"""The stages of scripts/acoustic go on where they were stopped, and say what stops them."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, "scripts/acoustic")
from stage import lines_of, stage, whole, workers
file = Path(sys.argv[1])
"""


def ran(checkout: Path, main: str, file: Path) -> subprocess.CompletedProcess[str]:
    """A stage whose main function has this body."""
    body = "\n".join(f"    {line}" for line in main.splitlines())
    program = f"{PROGRAM}def main():\n{body}\nif __name__ == '__main__':\n    stage(main)\n"
    return subprocess.run(
        [sys.executable, "-c", program, str(file)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("had", [b"", b"one\n", b"one\ntwo\n"])
@pytest.mark.parametrize("torn", [b"", b'{"path": "th', "thr\u00fc".encode()[:-1]])
def test_a_line_that_was_broken_off_is_written_anew(
    checkout: Path, tmp_path: Path, had: bytes, torn: bytes
) -> None:
    file = tmp_path / "lines"
    file.write_bytes(had + torn)
    told = ran(checkout, "print(lines_of(file))", file)
    assert told.stdout == f"{had.decode().splitlines()}\n", told.stderr
    assert file.read_bytes() == had


def test_a_file_that_was_not_finished_has_no_name(checkout: Path, tmp_path: Path) -> None:
    file = tmp_path / "shard-00.npz"
    write = "with whole(file) as part:\n    part.write_text('half')\n"
    ran(checkout, f"{write}    raise KeyboardInterrupt", file)
    assert not file.exists()
    ran(checkout, write, file)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(file.name, "half")]


@pytest.mark.parametrize(
    ("main", "sentence"),
    [
        (
            "file.read_text()",
            "{} is not there; scripts/acoustic/README.md says where it comes from.",
        ),
        ("with workers(2) as crew:\n    crew.map(Path.read_text, [file])", "{} is not there;"),
        ("Path('/dev/full').write_text('x')", "Writing failed: No space left on device."),
        ("raise KeyboardInterrupt", "Stopped; the same command goes on from here."),
        ("import subprocess\nsubprocess.run(['false'], check=True)", "false failed (1)."),
    ],
)
def test_one_sentence_says_what_stops_it(
    checkout: Path, tmp_path: Path, main: str, sentence: str
) -> None:
    file = tmp_path / "corpus.tsv"
    told = ran(checkout, main, file)
    assert told.returncode == 1
    assert told.stderr.startswith(sentence.format(file))
    assert told.stderr.count("\n") == 1


def test_a_mistake_of_ours_stays_a_traceback(checkout: Path, tmp_path: Path) -> None:
    assert "Traceback" in ran(checkout, "1 / 0", tmp_path).stderr
