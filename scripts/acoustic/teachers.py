"""Large networks that teach the small one what they make of every frame, and are thrown away.

Neither sees more than 0.4 s each way: with more they know words by heart, of which people say few.
Inputs and outputs are those of `network.Network`.
"""

import numpy as np
import numpy.typing as npt
import torch
from distort import BANDS, from_cosines
from frames import CEPSTRA, STRIDE
from torch import Tensor, nn

DROPPED = 0.2

Values = npt.NDArray[np.float32]


class Picture(nn.Module):
    """One 3 by 3 block over bands and frames, with a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, (stride, 1), 1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        self.short = nn.Conv2d(before, after, 1, (stride, 1), bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape (batch, channels, bands, frames)."""
        values = torch.relu(self.first_norm(self.first(inputs)))
        return torch.relu(self.second_norm(self.second(values)) + self.short(inputs))


class PictureTeacher(nn.Module):
    """Looks at bands and frames as at a picture: what is shifted in frequency stays the same.

    Args:
        pdfs: number of outputs.
        mean, deviation: of each band, in training.
    """

    def __init__(self, pdfs: int, mean: Values, deviation: Values) -> None:
        super().__init__()
        self.to_bands: Tensor
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("to_bands", torch.from_numpy(from_cosines()))
        self.register_buffer("mean", torch.tensor(mean)[:, None])
        self.register_buffer("deviation", torch.tensor(deviation)[:, None])
        self.entry = nn.Conv2d(1, 64, (5, 7), (1, STRIDE), (2, 3), bias=False)
        self.entry_norm = nn.BatchNorm2d(64)
        sizes = ((64, 64, 2), (64, 128, 1), (128, 128, 2), (128, 192, 1), (192, 192, 2))
        self.blocks = nn.Sequential(*(Picture(*size) for size in sizes))
        self.wide = nn.Sequential(
            nn.Flatten(1, 2),
            nn.Dropout1d(DROPPED),
            nn.Conv1d(192 * BANDS // 8, 640, 1),
            nn.ReLU(),
            nn.BatchNorm1d(640),
            nn.Dropout1d(DROPPED),
        )
        self.output = nn.Conv1d(640, pdfs, 1)

    def forward(self, mfcc: Tensor) -> Tensor:
        """Scores before the softmax."""
        bands = (self.to_bands @ mfcc - self.mean) / self.deviation
        values = torch.relu(self.entry_norm(self.entry(bands[:, None])))
        scores: Tensor = self.output(self.wide(self.blocks(values)))
        return scores


class Deep(nn.Module):
    """A depthwise convolution over frames and two maps, with a shortcut."""

    def __init__(self, size: int, seen: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(size)
        self.over_time = nn.Conv1d(size, size, seen, padding=seen // 2, groups=size)
        self.up = nn.Conv1d(size, 3 * size, 1)
        self.down = nn.Conv1d(3 * size, size, 1)
        self.drop = nn.Dropout1d(DROPPED)

    def forward(self, inputs: Tensor) -> Tensor:
        """Shape (batch, size, frames)."""
        values = self.up(self.over_time(self.norm(inputs)))
        return inputs + self.drop(self.down(nn.functional.gelu(values)))


class DeepTeacher(nn.Module):
    """Many layers over frames (Liu and others, "A ConvNet for the 2020s", 2022, in one dimension).

    Args:
        pdfs: number of outputs.
        mean, deviation: of each of the 40 inputs, in training.
    """

    SIZE, LAYERS = 512, 10

    def __init__(self, pdfs: int, mean: Values, deviation: Values) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.tensor(mean)[:, None])
        self.register_buffer("deviation", torch.tensor(deviation)[:, None])
        self.entry = nn.Conv1d(CEPSTRA, self.SIZE, 9, STRIDE, 4)
        self.layers = nn.Sequential(*(Deep(self.SIZE, 3) for _ in range(self.LAYERS)))
        self.norm = nn.BatchNorm1d(self.SIZE)
        self.output = nn.Conv1d(self.SIZE, pdfs, 1)

    def forward(self, mfcc: Tensor) -> Tensor:
        """Scores before the softmax."""
        values = self.entry((mfcc - self.mean) / self.deviation)
        scores: Tensor = self.output(self.norm(self.layers(values)))
        return scores
