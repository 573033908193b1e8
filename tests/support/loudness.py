"""Loudness as broadcasters measure it, to compare with; the coach itself has a simpler rule."""

import numpy as np
import numpy.typing as npt

from skill.ports import Clip

Power = npt.NDArray[np.float64]

BLOCK_S, STEP_S = 0.4, 0.1
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0


def lufs(clip: Clip) -> float:
    """Integrated loudness of a mono clip after ITU-R BS.1770-4, in LUFS.

    The filters are the standard's analogue prototypes (their frequencies, gains and widths as in
    libebur128), so they serve for any rate.
    """
    weighted = _k_weighted(clip)
    block, step = round(BLOCK_S * clip.rate), round(STEP_S * clip.rate)
    weighted = np.pad(weighted, (0, max(0, block - len(weighted))))
    starts = range(0, len(weighted) - block + 1, step)
    powers = np.array([np.mean(weighted[at : at + block] ** 2) for at in starts])
    powers = powers[_loudness(powers) > ABSOLUTE_GATE]
    gate = _loudness(powers.mean()) + RELATIVE_GATE
    return float(_loudness(powers[_loudness(powers) > gate].mean()))


def _loudness(power: Power | np.float64) -> Power:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-20)))


def _k_weighted(clip: Clip) -> Power:
    length = len(clip.samples) + clip.rate // 5
    s = 2j * np.pi * np.fft.rfftfreq(length, 1 / clip.rate)
    gain = 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    pole = 2 * np.pi * 1681.974450955533
    width = pole / 0.7071752369554196
    shelf = (gain * s**2 + middle * width * s + pole**2) / (s**2 + width * s + pole**2)
    low = 2 * np.pi * 38.13547087602444
    high_pass = s**2 / (s**2 + low / 0.5003270373238773 * s + low**2)
    spectrum = np.fft.rfft(clip.samples, length) * shelf * high_pass
    return np.fft.irfft(spectrum, length)[: len(clip.samples)]
