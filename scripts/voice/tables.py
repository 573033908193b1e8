"""The figures of all systems, side by side."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from hearing import WordErrors
from manner import BANDS_HZ
from rich.table import Table

if TYPE_CHECKING:
    from laboratory import Figures

Row = tuple[str, Callable[["Figures"], str]]
NOTHING = "–"
TOLERATED = 5.0
"""Points of word errors beyond the speaker's."""
WIDE_MARGIN_DB = 2.0
"""Repeated takes of one sentence are some 5 dB apart, two speakers some 8."""
REAL_TIME, FIRST_MS, KEPT_MS, MEGABYTES = 0.1, 150, 20, 8


def tables(found: Sequence["Figures"]) -> Iterator[Table]:
    """One for each sort of bar, a column for each system, the speaker first."""
    speaker = found[0]
    sorts: dict[str, list[Row]] = {
        "intelligibility": [
            ("held-out sentences, word errors, %", lambda f: _rate(f.sentences)),
            ("  95 %", lambda f: _range(f.sentences.interval(), 0)),
            ("  points beyond the speaker", lambda f: _beyond(f.sentences, speaker.sentences)[0]),
            ("  95 %", lambda f: _beyond(f.sentences, speaker.sentences)[1]),
            ("the coach's lines, word errors, %", lambda f: _rate(f.lines)),
            ("  95 %", lambda f: _range(f.lines.interval(), 0) if f.lines else NOTHING),
            ("commands by the built-in ears", _commands),
        ],
        "likeness to the recordings": [
            ("mel-cepstral distortion, dB", lambda f: f"{f.likeness.distortion:.2f}"),
            ("  95 %", lambda f: _range(f.likeness.interval, 2)),
            ("with a voice or without, % wrong", lambda f: f"{f.likeness.voicing:.1f}"),
        ],
        "manner": [
            ("pitch, Hz", lambda f: f"{f.manner.pitch_hz:.0f}"),
            ("  5 to 95 %, semitones", lambda f: f"{f.manner.range_semitones:.1f}"),
            ("  standard deviation", lambda f: f"{f.manner.deviation_semitones:.2f}"),
            ("words a minute", lambda f: f"{f.manner.words_a_minute:.0f}"),
            ("flatness of voiceless speech, dB", lambda f: f"{f.manner.flatness_db:.1f}"),
            *((f"harmonics to noise, {_band(n)}, dB", _harmonics(n)) for n in range(len(BANDS_HZ))),
            ("variance of the cepstra, %", lambda f: f"{f.life.variance_percent:.0f}"),
            ("modulation from 4 Hz on, dB", lambda f: f"{f.life.modulation_db:+.1f}"),
            ("  distance, dB", lambda f: f"{f.life.modulation_distance_db:.1f}"),
        ],
        "speed, one core": [
            ("real-time factor", lambda f: f"{f.speed.factor:.3f}" if f.speed else NOTHING),
            (
                "first sound, not kept, ms",
                lambda f: f"{f.speed.first_ms:.0f}" if f.speed else NOTHING,
            ),
            (
                "first sound, kept on disk, ms",
                lambda f: f"{f.speed.kept_ms:.0f}" if f.speed and f.speed.kept_ms else NOTHING,
            ),
            ("file, MB", _size),
        ],
    }
    for title, rows in sorts.items():
        table = Table(title, *(one.name for one in found), expand=True)
        for column in table.columns[1:]:
            column.justify = "right"
        table.columns[0].ratio = 2
        for name, cell in rows:
            table.add_row(name, *map(cell, found))
        yield table


def bars(found: Sequence["Figures"]) -> Table:
    """What the built-in voice must reach, and what it does reach."""
    speaker, ours, *others = found
    least = min(one.likeness.distortion for one in others)
    beyond = ours.sentences.rate - speaker.sentences.rate
    table = Table("bar", "wanted", "reached", "", expand=True)
    rows: list[tuple[str, str, str, bool]] = [
        ("word errors beyond the speaker's", "5 points", f"{beyond:+.1f}", beyond <= TOLERATED),
        *_no_worse("word errors, sentences", ours.sentences, [one.sentences for one in others]),
        *_no_worse("word errors, lines", ours.lines, [one.lines for one in others]),
        (
            "mel-cepstral distortion",
            f"well under {least:.1f} dB",
            f"{ours.likeness.distortion:.1f} dB",
            ours.likeness.distortion < least - WIDE_MARGIN_DB,
        ),
    ]
    if ours.commands:
        most = max(one.commands[0] for one in others if one.commands)
        right = ours.commands[0]
        rows.append(("commands heard", f"{most}", f"{right}", right >= most))
    if ours.speed and ours.speed.megabytes:
        speed = ours.speed
        rows += [
            ("real-time factor", f"{REAL_TIME}", f"{speed.factor:.3f}", speed.factor <= REAL_TIME),
            (
                "first sound",
                f"{FIRST_MS} ms",
                f"{speed.first_ms:.0f} ms",
                speed.first_ms <= FIRST_MS,
            ),
            ("file", f"{MEGABYTES} MB", f"{speed.megabytes:.1f} MB", speed.megabytes <= MEGABYTES),
        ]
        if speed.kept_ms is not None:
            kept = speed.kept_ms
            rows.append(
                ("the same, kept on disk", f"{KEPT_MS} ms", f"{kept:.0f} ms", kept <= KEPT_MS)
            )
    for name, wanted, reached, holds in rows:
        table.add_row(name, wanted, reached, "reached" if holds else "MISSED")
    return table


def _no_worse(
    name: str, ours: WordErrors | None, others: Sequence[WordErrors | None]
) -> Iterator[tuple[str, str, str, bool]]:
    if ours is not None:
        least = min(one.rate for one in others if one is not None)
        yield name, f"{least:.1f} %", f"{ours.rate:.1f} %", ours.rate <= least


def _range(interval: tuple[float, float], digits: int) -> str:
    return f"{interval[0]:.{digits}f}–{interval[1]:.{digits}f}"


def _rate(errors: WordErrors | None) -> str:
    return f"{errors.rate:.1f}" if errors else NOTHING


def _beyond(errors: WordErrors, speaker: WordErrors) -> tuple[str, str]:
    if errors is speaker:
        return NOTHING, NOTHING
    points, low, high = errors.beyond(speaker)
    return f"{points:+.1f}", f"{low:+.0f} to {high:+.0f}"


def _commands(figures: "Figures") -> str:
    if figures.commands is None:
        return NOTHING
    right, missed = figures.commands
    return f"{right} of {right + len(missed)}"


def _band(number: int) -> str:
    low, high = BANDS_HZ[number]
    return f"{round(low / 1000)}–{round(high / 1000)} kHz"


def _harmonics(number: int) -> Callable[["Figures"], str]:
    return lambda figures: f"{figures.manner.harmonics_db[number]:.1f}"


def _size(figures: "Figures") -> str:
    size = figures.speed and figures.speed.megabytes
    return f"{size:.1f}" if size else NOTHING
