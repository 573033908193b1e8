"""A critic that tells recorded envelopes from made ones, so that the made ones are not averages.

The mean of all ways to say a sound is none of them: dull and muffled. A small network looks at
patches of 0.9 s; the acoustic model is trained to convince it (least squares: Mao et al., "Least
squares generative adversarial networks", 2017; features: Larsen et al., 2016).
"""

import torch
from network import Frames
from torch import Tensor, nn

PATCH = 96
"""Frames."""
SLOPE = 0.2


class Judge(nn.Module):
    """Envelope, pitch and voicing, shape (batch, 3, frames, bands), to a verdict for each patch."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(3, 32, (3, 5), stride=(1, 2), padding=(1, 2)),
                nn.Conv2d(32, 48, 5, stride=2, padding=2),
                nn.Conv2d(48, 64, 5, stride=2, padding=2),
                nn.Conv2d(64, 64, 3, padding=1),
            ]
        )
        self.verdict = nn.Conv2d(64, 1, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The verdicts (1: recorded), and what led to them."""
        seen = []
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), SLOPE)
            seen.append(x)
        return self.verdict(x), seen


def patches(frames: Frames, voiced: Tensor, starts: Tensor) -> Tensor:
    """Cut PATCH frames out of each recording, shape (batch, 3, PATCH, BANDS)."""
    index = starts[:, None] + torch.arange(PATCH)
    envelope = torch.gather(
        frames.envelope, 1, index.unsqueeze(2).expand(-1, -1, frames.envelope.shape[2])
    )
    flat = torch.stack([torch.gather(frames.pitch, 1, index), torch.gather(voiced, 1, index)], 1)
    return torch.cat([envelope[:, None], flat.unsqueeze(3).expand(-1, -1, -1, 80)], dim=1)


def starts_within(lengths: Tensor, generator: torch.Generator) -> Tensor:
    """A random first frame of a patch for each recording, shape (batch,)."""
    room = (lengths - PATCH).clamp(min=0)
    return (torch.rand(len(lengths), generator=generator) * (room + 1)).long()
