"""`roller-coach say`: any text, by any voice, aloud or into a file."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import soundfile

from skill.cli.options import FILE
from skill.errors import DeviceError, StorageError
from skill.mouth import make_mouth
from skill.ports import Clip, Voice
from skill.settings import read_settings
from skill.speech.reading import read_aloud

if TYPE_CHECKING:
    from skill.audio.loudspeaker import Loudspeaker

CLOCK_RATE = 16_000
"""The loudspeaker counts time in a microphone's frames."""
STEP_S = 0.01
FORMATS = {".wav": "WAV", ".flac": "FLAC"}


class Outlet(Protocol):
    """Where sentences go."""

    def put(self, clip: Clip) -> None:
        """Take the next sentence; return when another may come."""
        ...


@click.command()
@click.argument("text")
@click.option("--settings", "settings_path", type=FILE, help="A settings file (TOML).")
@click.option("--voice", help="built-in, espeak, espeak:NAME, an installed voice, an .onnx file.")
@click.option("--pace", type=click.IntRange(50, 200), default=100, help="Percent of normal speed.")
@click.option("--speaker", help="Part of the speaker's name.")
@click.option("--output", type=FILE, help="Write a .wav or .flac file instead.")
@click.option("--times", is_flag=True, help="Tell how long it took.")
def say(
    text: str,
    *,
    settings_path: Path | None,
    voice: str | None,
    pace: int,
    speaker: str | None,
    output: Path | None,
    times: bool,
) -> None:
    """Speak TEXT, sentence by sentence; a dash reads it from standard input.

    Nothing is taken from the cache or put into it.
    """
    if output is not None:
        _check(output)
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    settings = read_settings(settings_path, {"voice": voice, "speaker": speaker})
    watch = _Watch()
    mouth = make_mouth(settings)
    if mouth.trouble:
        click.echo(f"roller-coach: {mouth.trouble}", err=True)
    if times:
        mouth.voice.render("one", pace)  # so that loading is not taken for speaking
        watch.ready()
    opening: AbstractContextManager[Outlet]
    opening = _file(output) if output else _loudspeaker(settings.speaker)
    with opening as outlet:
        for clip in _ahead(mouth.voice, text, pace, watch):
            watch.first()
            outlet.put(clip)
    if times:
        click.echo(watch.told())


def _check(output: Path) -> None:
    """What can be said of a file before anything is spoken."""
    if output.suffix.lower() not in FORMATS:
        raise StorageError(
            f"{output} is neither a .wav nor a .flac file.", "Give it one of these endings."
        )
    if not output.parent.is_dir():
        raise StorageError(
            f"{output} cannot be written: there is no folder {output.parent}.",
            "Make it, or name another file with --output.",
        )


def _ahead(voice: Voice, text: str, pace: int, watch: "_Watch") -> Iterator[Clip]:
    """The sentences, each rendered while the one before is being spoken."""
    clips = read_aloud(voice, text, pace)

    def following() -> Clip | None:
        began = time.perf_counter()
        clip = next(clips, None)
        watch.rendered(time.perf_counter() - began, clip)
        return clip

    with ThreadPoolExecutor(1, "say") as worker:
        coming = worker.submit(following)
        while (clip := coming.result()) is not None:
            coming = worker.submit(following)
            yield clip


@contextmanager
def _file(path: Path) -> Iterator[Outlet]:
    """A sound file, made when there is something to write."""
    written = _File(path)
    try:
        yield written
    finally:
        written.close()


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: soundfile.SoundFile | None = None

    def put(self, clip: Clip) -> None:
        try:
            self._file = self._file or self._begun(clip.rate)
            self._file.write(clip.samples)
        except (OSError, soundfile.LibsndfileError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "error_string", error)
            raise StorageError(
                f"{self._path} cannot be written: {str(reason).rstrip('.')}.",
                "Name another file with --output.",
            ) from error

    def _begun(self, rate: int) -> soundfile.SoundFile:
        self._path.open("wb").close()  # says why it cannot be written; libsndfile does not
        kind = FORMATS[self._path.suffix.lower()]
        name = os.fsencode(self._path)  # soundfile cannot encode what is not UTF-8
        return soundfile.SoundFile(name, "w", rate, 1, "PCM_16", format=kind)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def _loudspeaker(names: Sequence[str]) -> Iterator[Outlet]:
    from skill.audio.loudspeaker import Loudspeaker

    try:
        loudspeaker = Loudspeaker(names, CLOCK_RATE)
    except DeviceError as error:
        remedy = f"{error.remedy} Or write a file: --output FILE.wav"
        raise DeviceError(error.problem, remedy) from error
    with loudspeaker:
        yield _Aloud(loudspeaker)


class _Aloud:
    """One sentence after the other."""

    def __init__(self, loudspeaker: "Loudspeaker") -> None:
        self._loudspeaker = loudspeaker
        self._token = 0

    def put(self, clip: Clip) -> None:
        self._token += 1
        self._loudspeaker.play(clip, self._token, self._now())
        while self._token not in self._loudspeaker.poll(self._now()):
            time.sleep(STEP_S)
        if not self._loudspeaker.works:
            raise DeviceError(
                f'The speaker "{self._loudspeaker.name}" went away, and the rest was not heard.',
                "Plug it in again, and say it once more.",
            )

    def _now(self) -> int:
        return round(time.monotonic() * CLOCK_RATE)


class _Watch:
    """How long everything took."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._loading = 0.0
        self._waited: float | None = None
        self._worked = self._spoken = 0.0

    def ready(self) -> None:
        """The voice is loaded."""
        now = time.perf_counter()
        self._loading, self._began = now - self._began, now

    def first(self) -> None:
        """A sentence is there to be heard."""
        if self._waited is None:
            self._waited = time.perf_counter() - self._began

    def rendered(self, seconds: float, clip: Clip | None) -> None:
        """Note what a sentence took."""
        self._worked += seconds
        self._spoken += clip.seconds if clip else 0.0

    def told(self) -> str:
        """All of it as a sentence."""
        return (
            f"Loaded in {1000 * self._loading:.0f} ms; first sound after "
            f"{1000 * (self._waited or 0.0):.0f} ms; {self._spoken:.1f} s of speech made in "
            f"{self._worked:.2f} s, real-time factor {self._worked / self._spoken:.3f}."
        )
