"""Phonemes to pitch, envelope and breathiness.

Non-autoregressive, with the durations predicted (Ren et al., "FastSpeech 2", 2021), out of one kind
of block: a convolution of each channel alone, then two matrices (Liu et al., "A ConvNet for the
2020s", 2022; for sound, Siuzdak, "Vocos", 2023).
"""

from dataclasses import dataclass

import torch
from data import STRIDE
from sound import BANDS, BREATH_BANDS
from torch import Tensor, nn

SYMBOLS = 256
"""Of Piper's numbering; some are unused."""
TEXT, FRAME = 192, 256
"""Channels."""
READING, SINGING, FRAME_BLOCKS = (1, 1, 2, 2), (1, 2, 4), 5
"""Dilations of the blocks that read the phonemes and that make the melody."""
HEARSAY = 0.2
"""Share of the gradients of melody and timing that reach the reading: an hour of speech is enough
to learn how phonemes sound, and just enough to learn melodies by heart."""
PLACE = 3
"""Numbers that tell where in its phoneme a frame is."""
KERNEL = 7


class Block(nn.Module):
    """Neighbours, then channels; shape (batch, length, channels) stays."""

    def __init__(self, channels: int, hidden: int, dilation: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        reach = KERNEL // 2 * dilation
        self.near = nn.Conv1d(
            channels, channels, KERNEL, padding=reach, dilation=dilation, groups=channels
        )
        self.norm = nn.LayerNorm(channels)
        self.wide = nn.Linear(channels, hidden)
        self.back = nn.Linear(hidden, channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, inside: Tensor) -> Tensor:
        """`inside`: 1 where there is something, shape (batch, length, 1)."""
        near = self.near(x.transpose(1, 2)).transpose(1, 2)
        change = self.back(nn.functional.gelu(self.wide(self.norm(near)), approximate="tanh"))
        return (x + self.dropout(change)) * inside


@dataclass(frozen=True, slots=True)
class Frames:
    """What the vocoder needs, scaled to mean 0 and deviation 1 but for `voiced`, a logit."""

    pitch: Tensor
    voiced: Tensor
    envelope: Tensor
    breath: Tensor


class Network(nn.Module):
    """The acoustic model.

    Args:
        scales: mean and deviation of pitch (1), envelope (BANDS) and breath (BREATH_BANDS) one
            after the other, shape (2, 1 + BANDS + BREATH_BANDS).
    """

    scales: Tensor

    def __init__(self, scales: Tensor) -> None:
        super().__init__()
        self.register_buffer("scales", scales)
        self.embedding = nn.Embedding(SYMBOLS, TEXT)
        self.reading = nn.ModuleList(
            Block(TEXT, 2 * TEXT, dilation, dropout=0.2) for dilation in READING
        )
        self.timing = nn.ModuleList(Block(TEXT, TEXT, dropout=0.4) for _ in range(2))
        self.duration = nn.Linear(TEXT, 2)
        self.into_prosody = nn.Linear(STRIDE * (TEXT + PLACE), TEXT)
        self.prosody = nn.ModuleList(
            Block(TEXT, TEXT, dilation, dropout=0.4) for dilation in SINGING
        )
        self.melody = nn.Linear(TEXT, 2 * STRIDE)
        self.into_frames = nn.Linear(STRIDE * (TEXT + PLACE + 2), FRAME)
        self.speaking = nn.ModuleList(Block(FRAME, 2 * FRAME, 1, 0.05) for _ in range(FRAME_BLOCKS))
        self.norm = nn.LayerNorm(FRAME)
        self.sound = nn.Linear(FRAME, STRIDE * (BANDS + BREATH_BANDS))

    def read(self, tokens: Tensor) -> Tensor:
        """Phonemes in their surroundings, shape (batch, tokens, TEXT)."""
        inside = (tokens > 0).unsqueeze(2).float()
        x = self.embedding(tokens) * inside
        for block in self.reading:
            x = block(x, inside)
        return x

    def time(self, tokens: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Whether each phoneme takes time (a logit), and log(frames), shapes (batch, tokens)."""
        inside = (tokens > 0).unsqueeze(2).float()
        x = nn.functional.dropout(hearsay(x), 0.2, self.training)
        for block in self.timing:
            x = block(x, inside)
        taken, frames = self.duration(x).unbind(2)
        return taken, frames

    def stretch(self, x: Tensor, owner: Tensor, durations: Tensor) -> Tensor:
        """Phonemes as frames, and where in them: shape (batch, frames, TEXT + PLACE)."""
        spread = torch.gather(x, 1, owner.unsqueeze(2).expand(-1, -1, x.shape[2]))
        ends = torch.cumsum(durations, 1)
        length = torch.gather(durations, 1, owner).float().clamp(min=1)
        left = (torch.gather(ends, 1, owner) - torch.arange(owner.shape[1])).float()
        place = torch.stack([left / length, (length - left) / 10, length / 10], dim=2)
        return torch.cat([spread, place], dim=2)

    def sing(self, frames: Tensor, inside: Tensor) -> tuple[Tensor, Tensor]:
        """Scaled pitch and a logit of voicing, shapes (batch, frames)."""
        within = inside[:, ::STRIDE].unsqueeze(2)
        known = nn.functional.dropout(hearsay(frames), 0.2, self.training)
        x = self.into_prosody(pair(known)) * within
        for block in self.prosody:
            x = block(x, within)
        pitch, voiced = unpair(self.melody(x), 2).unbind(2)
        return pitch, voiced

    def speak(self, frames: Tensor, pitch: Tensor, voiced: Tensor, inside: Tensor) -> Frames:
        """The rest.

        Args:
            frames: of `stretch`.
            pitch: scaled, shape (batch, frames).
            voiced: 0 to 1, shape (batch, frames).
            inside: 1 where there is a frame, shape (batch, frames).
        """
        within = inside[:, ::STRIDE].unsqueeze(2)
        sung = torch.stack([pitch, voiced], dim=2)
        x = self.into_frames(pair(torch.cat([frames, sung], dim=2))) * within
        for block in self.speaking:
            x = block(x, within)
        both = unpair(self.sound(self.norm(x)), BANDS + BREATH_BANDS)
        return Frames(pitch, voiced, both[:, :, :BANDS], both[:, :, BANDS:])


def hearsay(x: Tensor) -> Tensor:
    """The same numbers, with little gradient."""
    return HEARSAY * x + (1 - HEARSAY) * x.detach()


def pair(x: Tensor) -> Tensor:
    """STRIDE neighbouring frames as one."""
    return x.reshape(x.shape[0], -1, STRIDE * x.shape[2])


def unpair(x: Tensor, channels: int) -> Tensor:
    """The way back."""
    return x.reshape(x.shape[0], -1, channels)


def parameters_of(network: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(parameter.numel() for parameter in network.parameters())
