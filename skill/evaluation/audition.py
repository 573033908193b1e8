"""A page to choose a voice by ear: the same lines by several voices, with pictures of the sound."""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import numpy as np
import numpy.typing as npt
import soundfile

from skill.errors import StorageError
from skill.evaluation.canvas import able, canvas, style, svg
from skill.evaluation.wording import writable
from skill.lasting import write_whole
from skill.ports import Clip, Samples

WINDOW_MS = 32
"""Long enough to tell the harmonics of a low voice apart: 31 Hz."""
MOST_COLUMNS = 360
HIGHEST_HZ = 11_000
"""What Piper's voices of 22.05 kHz reach; one that ends below leaves the rest empty."""
BANDS = 170
LOUDEST_DB, QUIETEST_DB = -10, -90
"""For a full-scale sine in one band: from the loudest vowels to where nothing is heard."""
SHADES = 24
WIDE_IN, HIGH_IN = 5.2, 2.4


@dataclass(frozen=True, slots=True)
class Take:
    """One line by one voice.

    Attributes:
        voice: its name.
        clip: the sound, or None.
        trouble: why there is no sound.
    """

    voice: str
    clip: Clip | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One line by every voice."""

    text: str
    takes: Sequence[Take]


def write_page(path: Path, scenes: Sequence[Scene]) -> None:
    """Write the page, as one file that needs nothing else. Without matplotlib it has no pictures.

    Raises:
        StorageError: if it cannot be written.
    """
    text = writable(page(scenes))
    try:
        write_whole(path, text)
    except OSError as error:
        raise StorageError(
            f"The page {path} cannot be written: {error.strerror or error}.",
            "Name a file in a folder that is there.",
        ) from error


def page(scenes: Sequence[Scene]) -> str:
    """The page's text."""
    names = list(dict.fromkeys(take.voice for scene in scenes for take in scene.takes))
    lead = "All of them at the same loudness, and lossless. Listen with headphones, line by line."
    if able():
        lead += (
            f" The pictures are spectrograms: time goes right, pitch goes up to "
            f"{HIGHEST_HZ // 1000} kHz, and what is brighter is louder. Level stripes are the "
            "voice's harmonics; haze is breath or noise."
        )
    else:
        lead += ' For pictures of the sound: pip install "roller-coach[evaluate]".'
    template = Template(files("skill.evaluation").joinpath("audition.html").read_text("utf-8"))
    with style() if able() else nullcontext():
        return template.substitute(
            title=escape(f"Voices side by side: {', '.join(names)}"),
            lead=escape(lead),
            lines="\n".join(map(_scene, scenes)),
        )


def _scene(scene: Scene) -> str:
    clips = [take.clip for take in scene.takes if take.clip is not None]
    longest = max((clip.seconds for clip in clips), default=1.0)
    takes = "\n".join(_take(take, scene.text, longest) for take in scene.takes)
    return f'<section><h2>{escape(scene.text)}</h2>\n<div class="takes">\n{takes}\n</div></section>'


def _take(take: Take, text: str, longest: float) -> str:
    return f"<article>{''.join(_parts(take, text, longest))}</article>"


def _parts(take: Take, text: str, longest: float) -> Iterator[str]:
    name = escape(take.voice)
    if take.clip is None:
        yield f'<h3>{name}</h3><p class="trouble">{escape(take.trouble)}</p>'
        return
    length = f"{take.clip.seconds:.2f} s, {take.clip.rate / 1000:g} kHz"
    yield f'<h3>{name} <span class="soft">{length}</span></h3>'
    label = escape(f"{take.voice}: {text}", quote=True)
    yield f'<audio controls preload="metadata" aria-label="{label}" src="{_sound(take.clip)}">'
    yield "</audio>"
    if able():
        yield _picture(take.clip, longest, escape(f"Spectrogram of {take.voice}", quote=True))


def _sound(clip: Clip) -> str:
    """FLAC: every browser plays it, and it adds nothing of its own to what is compared."""
    data = io.BytesIO()
    soundfile.write(data, clip.samples, clip.rate, "PCM_16", format="FLAC")
    return f"data:audio/flac;base64,{base64.b64encode(data.getvalue()).decode()}"


def _picture(clip: Clip, longest: float, description: str) -> str:
    figure, (axes,) = canvas(1, HIGH_IN, WIDE_IN)
    axes.imshow(
        levels(clip.samples, clip.rate),
        origin="lower",
        aspect="auto",
        extent=(0, clip.seconds, 0, min(HIGHEST_HZ, clip.rate / 2) / 1000),
        vmin=0,
        vmax=SHADES - 1,
        cmap="magma",
        interpolation="none",
    )
    axes.set(xlim=(0, longest), ylim=(0, HIGHEST_HZ / 1000), xlabel="s", ylabel="kHz")
    return svg(figure, description)


def levels(samples: Samples, rate: int) -> npt.NDArray[np.uint8]:
    """A spectrogram in a few shades, so that it takes little room.

    Args:
        samples: float32, shape (frames,), within [-1, 1].
        rate: frames per second.

    Returns:
        Shape (bands, columns), the lowest band first: 0 for -90 dBFS or less to 23 for -10 or more;
        of each band and column the loudest bin.
    """
    size = rate * WINDOW_MS // 1000
    hop = max(rate // 200, len(samples) // MOST_COLUMNS, 1)
    padded = np.pad(samples, (size // 2, size))
    window = np.hanning(size)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[: len(samples) : hop]
    spectrum = np.abs(np.fft.rfft(frames * window, axis=1)) * 2 / window.sum()
    spectrum = spectrum[:, : 1 + size * min(HIGHEST_HZ, rate // 2) // rate]
    edges = np.linspace(0, spectrum.shape[1], min(BANDS, spectrum.shape[1]) + 1).astype(int)[:-1]
    loudest = np.maximum.reduceat(spectrum, edges, axis=1).T
    decibels = 20 * np.log10(np.maximum(loudest, 1e-9))
    share = (decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)
    return np.round(np.clip(share, 0, 1) * (SHADES - 1)).astype(np.uint8)
