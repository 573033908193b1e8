"""One line by the speaker, by the built-in voice and by espeak-ng: a picture, and three samples.

The picture shows spectrograms one above the other, with the pitch drawn over them; the samples are
lines of the coach's, in Ogg Opus.

Usage: pictures.py VOICE.onnx AUDIO_FOLDER [FOLDER]    FOLDER gets voice.png and samples/
"""

import argparse
import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
import soundfile as sf
import soxr
from likeness import PERIOD_MS, Matrix, pitch_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from measure import FOLDER
from PIL import Image
from rich.progress import track
from scipy.signal import medfilt
from systems import RATE, Cast, System, Wave

LINE = "From my earliest recollection my sleep was a period of terror."
"""Held out; one take, and sounds of every kind."""
SAMPLES = {
    "lie-down": "Lie down along the roller, face up. Rest the base of your skull on one end.",
    "breathe": "Let the roller massage the muscles beside your spine. Breathe in, and breathe out.",
    "anything": "I can say whatever I like: the quick brown fox jumps over the lazy dog at 7:30.",
}
OPUS_RATE = 24_000
RANGE_DB = 55
"""Between the darkest and the brightest."""
COLOURS = 80
HIGHEST_HZ = 8000
MOST_HZ = 300
"""Of the pitch's scale."""
INK, PITCH = "#222222", "#ffffff"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.6,
}


def spectrogram(wave: Wave) -> Matrix:
    """Level in dB, 0 for the loudest, every 5 ms, shape (513, frames); windows of 16 ms.

    High frequencies are raised by 6 dB an octave, without which consonants hardly show.
    """
    window = np.hanning(256)
    padded = np.pad(np.diff(wave.astype(np.float64), prepend=0), 128)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 256)[:: RATE // 200]
    level = 20 * np.log10(np.abs(np.fft.rfft(frames * window, 1024)).T + 1e-9)
    return np.asarray(level - level.max())


def draw(axes: Axes, wave: Wave, title: str) -> None:
    """One sound."""
    level = spectrogram(wave)
    axes.imshow(
        level,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=-RANGE_DB,
        vmax=0,
        extent=(0.0, level.shape[1] * PERIOD_MS / 1000, 0.0, RATE / 2000),
        interpolation="bilinear",
    )
    axes.set_ylim(0, HIGHEST_HZ / 1000)
    axes.set_yticks([0, 2, 4, 6, 8])
    axes.set_title(title, loc="left", fontsize=9.5, pad=4)
    melody = axes.twinx()
    pitch, times = pitch_of(wave.astype(np.float64))
    smooth = medfilt(pitch, 5)
    sung = np.where((pitch > 0) & (smooth > 0), smooth, np.nan)
    melody.plot(times, sung, color="#000000", linewidth=3.2, solid_capstyle="round")
    melody.plot(times, sung, color=PITCH, linewidth=1.6, solid_capstyle="round")
    melody.set_ylim(0, 2 * MOST_HZ)
    melody.set_yticks([0, 100, 200, 300])
    for side in (axes, melody):
        side.tick_params(length=2, width=0.6)
        side.spines[["top", "right", "left", "bottom"]].set_visible(False)


def picture(sounds: dict[str, Wave], file: Path) -> None:
    """All sounds, one above the other, on one scale of time."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 1.75 * len(sounds) + 0.5), layout="constrained")
        rows = figure.subplots(len(sounds), 1, sharex=True)
        for axes, (title, wave) in zip(rows, sounds.items(), strict=True):
            draw(axes, wave, title)
            axes.set_facecolor(mpl.colormaps["magma"](0.0))
        rows[-1].set_xlim(0, max(map(len, sounds.values())) / RATE)
        rows[-1].set_xlabel("seconds")
        figure.supylabel("frequency, kHz", fontsize=9)
        figure.text(1.0, 0.5, "pitch (line), Hz", rotation=90, va="center", fontsize=9)
        drawn = io.BytesIO()
        figure.savefig(drawn, dpi=100, bbox_inches="tight", pad_inches=0.08)
    method = Image.Quantize.MAXCOVERAGE  # keeps grey letters grey
    # A table of colours makes it a third of the size.
    Image.open(drawn).convert("RGB").quantize(COLOURS, method, dither=Image.Dither.NONE).save(
        file, optimize=True
    )


def samples(system: System, folder: Path) -> None:
    """Write the samples."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in track(SAMPLES.items(), "samples", total=len(SAMPLES)):
        wave, rate = system.engine.speak(text)
        at_rate = soxr.resample(wave, rate, OPUS_RATE)
        sf.write(folder / f"{name}.ogg", at_rate, OPUS_RATE, format="OGG", subtype="OPUS")


def main() -> None:
    """Draw and speak."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voice", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("models/voice-en"))
    options = parser.parse_args()
    cast = Cast(options.voice, options.audio, FOLDER)
    sounds = {
        f"the speaker: “{LINE}”": cast.speaker.takes(LINE)[0],
        "the built-in voice": cast.built_in.takes(LINE)[0],
        "espeak-ng": cast.espeak.takes(LINE)[0],
    }
    options.folder.mkdir(parents=True, exist_ok=True)
    picture(sounds, options.folder / "voice.png")
    samples(cast.built_in, options.folder / "samples")


if __name__ == "__main__":
    main()
