"""The acoustic model: a time-delay network with factorised layers and shortcuts.

    input    MFCCs, one vector of 40 every 10 ms
    entry    one affine map of the frames t-4 .. t+2, every third frame; ReLU, batch norm
    layers   x + 2/3 of the input, where x = batch norm(ReLU(affine(linear(neighbours))));
             `linear` narrows to `NARROW` values and sees the frames t - back and t,
             `affine` widens to `WIDE` and sees t, and in some layers t + 3
    output   affine, log softmax over the pdfs of `units`, one vector every 30 ms

It looks 80 ms ahead of each frame and 460 ms back, or 280 (`SIGHTS`): what it looks ahead is
latency, what it looks back is free. Batch norms have no parameters, so `export` can fold them into
the maps.
"""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from frames import CEPSTRA, STRIDE
from torch import Tensor, nn

WIDE = 384
NARROW = 112
SHORTCUT = 2 / 3
"""Share of a layer's input that is added to its output."""

ENTRY = (-4, 2)
"""First and last frame (10 ms) that the entry sees."""
TAPS = ENTRY[1] - ENTRY[0] + 1


@dataclass(frozen=True, slots=True)
class Reach:
    """Neighbours of a layer, in frames of 10 ms, multiples of STRIDE.

    Attributes:
        back: how far `linear` sees back.
        ahead: how far `affine` sees ahead; 0: not at all.
    """

    back: int
    ahead: int


FAR = (
    Reach(3, 3),
    Reach(3, 0),
    Reach(3, 3),
    Reach(3, 0),
    Reach(6, 0),
    Reach(6, 0),
    Reach(9, 0),
    Reach(9, 0),
)
NEAR = tuple(replace(reach, back=3) for reach in FAR)
"""Sees less of the past, and so less of which words people say."""
SIGHTS = {"far": FAR, "near": NEAR}
LEFT_CONTEXT = -ENTRY[0] + sum(reach.back for reach in FAR)
"""The farthest of all."""
RIGHT_CONTEXT = ENTRY[1] + sum(reach.ahead for reach in FAR)
JUDGED = slice(LEFT_CONTEXT // STRIDE + 1, -(RIGHT_CONTEXT // STRIDE + 1))
"""The frames of a training window whose whole context lies inside it."""


def beside(values: Tensor, back: int, ahead: int) -> Tensor:
    """Every frame with the one `back` before it and the one `ahead` after it, in this order.

    Args:
        values: shape (batch, frames, size); frames beyond the edges count as zero.
        back: in frames, 0 for none.
        ahead: the same.
    """
    frames = values.shape[1]
    parts = [values]
    if back:
        parts.insert(0, nn.functional.pad(values, (0, 0, back, 0))[:, :frames])
    if ahead:
        parts.append(nn.functional.pad(values, (0, 0, 0, ahead))[:, ahead:])
    return torch.cat(parts, dim=2)


class Norm(nn.BatchNorm1d):
    """Batch norm over the last of three dimensions, without parameters."""

    def __init__(self) -> None:
        super().__init__(WIDE, affine=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Same shape in and out."""
        return super().forward(inputs.flatten(0, 1)).view_as(inputs)


class Dropout(nn.Module):
    """Some of the values are 0 in a whole window, others in another (training only).

    Attributes:
        share: how many.
    """

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape (batch, frames, WIDE) in and out; what stays is raised, so the sum is as before."""
        if not (self.training and self.share):
            return inputs
        kept = inputs.new_empty(len(inputs), 1, inputs.shape[2]).bernoulli_(1 - self.share)
        return inputs * kept / (1 - self.share)


class Layer(nn.Module):
    """One factorised layer; shapes (batch, frames of 30 ms, WIDE) in and out.

    Products of matrices, and not convolutions, which take a third longer on processors here.
    """

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self.back, self.ahead = reach.back // STRIDE, reach.ahead // STRIDE
        self.linear = nn.Linear(2 * WIDE, NARROW, bias=False)
        self.affine = nn.Linear((2 if self.ahead else 1) * NARROW, WIDE)
        self.norm = Norm()
        self.dropout = Dropout()

    def forward(self, inputs: Tensor) -> Tensor:
        """Frames beyond the edges count as zero."""
        narrow = self.linear(beside(inputs, self.back, 0))
        wide = self.affine(beside(narrow, 0, self.ahead))
        return SHORTCUT * inputs + self.dropout(self.norm(torch.relu(wide)))


class Network(nn.Module):
    """MFCCs, shape (batch, 40, frames of 10 ms), to scores, shape (batch, pdfs, frames of 30 ms).

    Args:
        pdfs: number of outputs.
        mean, deviation: of each of the 40 inputs, in training.
        sight: which of SIGHTS.
    """

    def __init__(
        self,
        pdfs: int,
        mean: npt.NDArray[np.float32],
        deviation: npt.NDArray[np.float32],
        sight: str = "far",
    ) -> None:
        super().__init__()
        self.sight = sight
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.tensor(mean)[:, None])
        self.register_buffer("deviation", torch.tensor(deviation)[:, None])
        self.entry = nn.Linear(CEPSTRA * TAPS, WIDE)
        self.entry_norm = Norm()
        self.layers = nn.ModuleList(Layer(reach) for reach in SIGHTS[sight])
        self.output = nn.Linear(WIDE, pdfs)

    def entry_statistics(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Mean and deviation of everything that the entry sees, shape (40 TAPS,) each."""
        mean, deviation = (
            np.tile(buffer.numpy().astype(np.float64)[:, 0], TAPS)
            for buffer in (self.mean, self.deviation)
        )
        return mean, deviation

    def forward(self, mfcc: Tensor) -> Tensor:
        """Scores before the softmax; frames beyond the edges repeat the first and last."""
        normal = (mfcc - self.mean) / self.deviation
        spliced = nn.functional.pad(normal, (-ENTRY[0], ENTRY[1]), mode="replicate")
        frames = spliced.unfold(2, TAPS, STRIDE).permute(0, 2, 3, 1).flatten(2)
        values = self.entry_norm(torch.relu(self.entry(frames)))
        for layer in self.layers:
            values = layer(values)
        scores: Tensor = self.output(values)
        return scores.transpose(1, 2)


def drop(network: Network, share: float) -> None:
    """From now on, leave out so many of each layer's values in training."""
    for layer in network.layers:
        cast(Layer, layer).dropout.share = share


def parameters_of(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters())
