"""The page to choose a voice by ear, as its reader has it."""

import base64
import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.errors import StorageError
from skill.evaluation import audition
from skill.evaluation.audition import SHADES, Scene, Take, levels, page, write_page
from skill.ports import Clip, Samples
from tests.evaluation.test_report import read
from tests.support.shell import run

RATE = 24_000


def tone(hz: float, seconds: float, rate: int = RATE) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hz * time)).astype(np.float32)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [
        Scene(
            'Left & <right> "now".',
            [
                Take("one", Clip(tone(440, 0.5), RATE)),
                Take("two", Clip(tone(880, 1.5, 8_000), 8_000)),
                Take("three", None, "The line has <nothing> in it."),
            ],
        )
    ]


def test_the_page_plays_exactly_what_was_rendered(scenes: list[Scene]) -> None:
    found = re.findall(r'src="data:audio/flac;base64,([^"]+)"', page(scenes))
    takes = [take.clip for take in scenes[0].takes if take.clip is not None]
    assert len(found) == len(takes) == 2
    for coded, clip in zip(found, takes, strict=True):
        samples, rate = soundfile.read(io.BytesIO(base64.b64decode(coded)), dtype="float32")
        assert rate == clip.rate
        assert len(samples) == len(clip.samples)
        assert np.abs(samples - clip.samples).max() < 1 / 32_000


def test_the_page_is_whole_escaped_and_needs_nothing_else(scenes: list[Scene]) -> None:
    found = read(page(scenes))
    assert 'Left & <right> "now".' in found.texts
    assert "The line has <nothing> in it." in found.texts
    assert {"script", "link", "iframe", "img"}.isdisjoint(found.tags)
    assert all(address.startswith(("data:", "#")) for address in found.addresses)
    assert page(scenes).count("<svg") == 2


def test_pictures_of_one_line_have_one_time_scale(scenes: list[Scene]) -> None:
    short, long = re.findall(r"<svg.*?</svg>", page(scenes), re.DOTALL)
    wide = [float(re.findall(r'<image[^>]* width="([\d.]+)"', one)[0]) for one in (short, long)]
    assert wide[0] / wide[1] == pytest.approx(1 / 3, rel=0.03)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
def test_a_tone_is_bright_where_it_is_and_dark_elsewhere(rate: int) -> None:
    drawn = levels(tone(2_000, 1.0, rate), rate)
    highest = min(audition.HIGHEST_HZ, rate / 2)
    middle = drawn[:, drawn.shape[1] // 2]
    assert abs((middle.argmax() + 0.5) / len(middle) * highest - 2_000) < 150
    assert middle.max() == SHADES - 1
    assert np.median(middle) == 0
    assert not levels(np.zeros(rate, np.float32), rate).any()


def test_the_shortest_sound_has_a_picture() -> None:
    assert levels(tone(440, 1 / RATE), RATE).shape[1] == 1


def test_without_matplotlib_it_is_still_a_page(
    scenes: list[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audition, "able", lambda: False)
    text = page(scenes)
    assert "<svg" not in text
    assert text.count("<audio") == 2
    assert "roller-coach[evaluate]" in text


def test_the_command_compares_what_it_is_given(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'cache = "{tmp_path / "cache"}"\n')
    target = tmp_path / "page.html"
    said = ("--line", "Left.", "--line", "\N{SMILING FACE WITH SUNGLASSES}")
    voices = ("--voice", "espeak", "--voice", "espeak:en-gb", "--voice", "espeak")
    done = run(capfd, "voice", "compare", target, "--settings", settings, *voices, *said)
    assert (done.code, done.err) == (0, "")
    assert "2 lines by 2 voices" in done.out
    text = target.read_text("utf-8")
    assert text.count("<audio") == 2
    assert text.count('class="trouble"') == 2


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("nowhere/page.html",), 8, "nowhere/page.html"),
        (("page.html", "--voice", "bark"), 6, '"bark" is no voice'),
        (("page.html", "--pace", "500"), 2, "500"),
    ],
)
def test_a_mistake_is_one_clear_sentence(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    args: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    with contextlib.chdir(tmp_path):
        done = run(capfd, "voice", "compare", *args)
    assert done.code == code
    assert says in done.err
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_told(scenes: list[Scene], tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_page(tmp_path, scenes)
