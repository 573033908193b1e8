"""Silences what the filter leaves of the coach's voice, and leaves the person alone.

The filter takes some 20 dB of an echo away. What is left is faint, but it is speech, and a
recogniser makes words of it: "louder please stop" instead of "stop". A small recurrent network
(`scripts/acoustic/echo_train.py`) sees, every 10 ms and in every band, what is left, what was
taken, and what was played, and says how much of what is left is somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from skill.echo.bands import WEIGHTS, feature
from skill.ports import Samples

Weights = Mapping[str, Samples]
LAYERS = 2
NAMES = (
    *(f"{part}_{what}" for part in ("entry", "gains", "voice") for what in ("weight", "bias")),
    *(
        f"memory_{what}_{side}_l{layer}"
        for layer in range(LAYERS)
        for what in ("weight", "bias")
        for side in ("ih", "hh")
    ),
)
"""Of the weights: PyTorch's, with underscores for points."""


def _logistic(values: Samples) -> Samples:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


@dataclass
class Suppressor:
    """The network, hop by hop.

    Args:
        weights: as `echo_train.py` exports them, by `NAMES`.
    """

    weights: Weights
    _memory: list[Samples] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a silence."""
        width = self.weights["memory_weight_hh_l0"].shape[1]
        self._memory = [np.zeros(width, np.float32) for _ in range(LAYERS)]

    def gains(self, bands: Samples) -> tuple[Samples, float]:
        """What to multiply each bin of what is left by.

        Args:
            bands: powers (`skill.echo.bands.powers`) of what the filter left, of what it took out,
                and of what left the speaker, shape (3, BANDS).

        Returns:
            gains, float32, shape (BINS,), within 0 and 1; and how likely it is that somebody talks.
        """
        heard = bands[0] + bands[1]
        seen = feature(np.stack((*bands, heard))).ravel()
        found = np.maximum(self._affine("entry", seen), 0)
        for layer in range(LAYERS):
            found = self._remember(layer, found)
        gains = _logistic(self._affine("gains", found))
        voice = _logistic(self._affine("voice", found))
        return gains @ WEIGHTS, float(voice[0])

    def _affine(self, name: str, values: Samples) -> Samples:
        return self.weights[f"{name}_weight"] @ values + self.weights[f"{name}_bias"]

    def _remember(self, layer: int, values: Samples) -> Samples:
        """Gated recurrent unit (Cho et al. 2014), gates in PyTorch's order."""
        kept = self._memory[layer]
        end = f"_l{layer}"
        new = self.weights["memory_weight_ih" + end] @ values + self.weights["memory_bias_ih" + end]
        old = self.weights["memory_weight_hh" + end] @ kept + self.weights["memory_bias_hh" + end]
        reset, keep, candidate = new.reshape(3, -1)
        old_reset, old_keep, old_candidate = old.reshape(3, -1)
        share = _logistic(keep + old_keep)
        fresh = np.tanh(candidate + _logistic(reset + old_reset) * old_candidate)
        self._memory[layer] = (1 - share) * fresh + share * kept
        return self._memory[layer]
