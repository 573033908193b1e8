"""Sequence training: the right path through the sounds against every other path.

Frame by frame, cross-entropy asks for the right unit. What the decoder does is another thing: it
compares whole paths. So a second loss is the negative logarithm of the posterior probability of the
aligned path among all paths, maximum mutual information (MMI). Paths are sequences of pdfs with the
probabilities of their neighbourhoods in the training data, so no lattices and no words are needed;
in spirit this is Povey et al., "Purely sequence-trained neural networks for ASR based on
lattice-free MMI" (2016). The aligned path may shift by `TOLERANCE` frames each way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

SCALE = 0.5
"""Of the scores, as in the decoder (model.conf, acoustic-scale)."""
TOLERANCE = 1
"""Frames of 30 ms."""
UNSEEN = 0.1
"""Share of the probability of a next pdf that depends on that pdf alone."""
POOREST = 1e-20
"""How well a pdf fits at least, so that an aligned path that fits nowhere still has a logarithm. A
run from nothing had become NaN before this and `learn`'s check were there; which one helped was not
found out."""
ANY = -100
"""Stands for a frame about which nothing is known; the number that cross-entropy ignores."""
SMOOTHING = 0.02
"""Share of the probability that the targets give to all other pdfs: alignments are not perfect."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Probabilities of paths of pdfs.

    Attributes:
        first: of a path's first pdf, shape (pdfs,).
        then: of pdf j after pdf i, a frame later, at [i, j], shape (pdfs, pdfs).
        log_priors: natural logarithm of each pdf's share, shape (pdfs,).
    """

    first: Tensor
    then: Tensor
    log_priors: Tensor


def neighbours(pdfs: npt.NDArray[np.int64], count: int) -> Neighbours:
    """Count them along the training data.

    Args:
        pdfs: of all frames in order, ANY where unknown, shape (frames,).
        count: number of pdfs.
    """
    known = pdfs != ANY
    share = np.bincount(pdfs[known], minlength=count).astype(np.float64) + 1.0
    share /= share.sum()
    pairs = known[:-1] & known[1:]
    counts = np.bincount(pdfs[:-1][pairs] * count + pdfs[1:][pairs], minlength=count * count)
    seen = counts.reshape(count, count) + 1e-3 * share
    then = (1 - UNSEEN) * seen / seen.sum(1, keepdims=True) + UNSEEN * share
    return Neighbours(
        torch.tensor(share, dtype=torch.float32),
        torch.tensor(then, dtype=torch.float32),
        torch.tensor(np.log(share), dtype=torch.float32),
    )


def near(pdfs: Tensor, count: int) -> Tensor:
    """Which pdfs the aligned path may have in each frame: 1 or 0, shape (batch, frames, pdfs)."""
    unknown = pdfs == ANY
    exact = torch.zeros(*pdfs.shape, count, device=pdfs.device)
    exact.scatter_(2, pdfs.clamp(min=0)[..., None], 1.0)
    exact.masked_fill_(unknown[..., None], 1.0)
    allowed = exact.clone()
    for shift in range(1, TOLERANCE + 1):
        allowed[:, shift:] += exact[:, :-shift]
        allowed[:, :-shift] += exact[:, shift:]
    return allowed.clamp(max=1.0)


def paths(emissions: Tensor, graph: Neighbours) -> tuple[Tensor, Tensor]:
    """Forward and backward over all paths.

    Args:
        emissions: how well each pdf fits each frame, not negative, shape (batch, frames, pdfs).
        graph: which paths there are.

    Returns:
        the logarithm of the sum over all paths, shape (batch,), and the probability of each pdf in
        each frame, shape (batch, frames, pdfs).
    """
    frames = emissions.shape[1]
    forward = torch.empty_like(emissions)
    total = torch.zeros(len(emissions), device=emissions.device)
    here = graph.first * emissions[:, 0]
    for frame in range(frames):
        if frame:
            here = (here @ graph.then) * emissions[:, frame]
        size = here.sum(1, keepdim=True)
        here = here / size
        total += size[:, 0].log()
        forward[:, frame] = here
    occupied = torch.empty_like(emissions)
    after = torch.ones_like(here)
    back = graph.then.T.contiguous()
    for frame in range(frames - 1, -1, -1):
        both = forward[:, frame] * after
        occupied[:, frame] = both / both.sum(1, keepdim=True)
        after = (after * emissions[:, frame]) @ back
        after = after / after.sum(1, keepdim=True)
    return total, occupied


ForwardBackward = Callable[[Tensor, Neighbours], tuple[Tensor, Tensor]]
"""As `paths`."""


def path_gradients(
    scores: Sequence[Tensor], pdfs: Tensor, graph: Neighbours, over: ForwardBackward = paths
) -> tuple[list[Tensor], list[Tensor]]:
    """`path_loss` of several networks at once, and its derivatives by their scores.

    Args:
        scores: of each network, shape (batch, pdfs, frames).
        pdfs: the aligned path, ANY where unknown, shape (batch, frames).
        graph: which paths there are.
        over: `paths`, or what does the same.

    Returns:
        for each network the derivative, shape (batch, pdfs, frames), and the loss.
    """
    allowed = near(pdfs, scores[0].shape[1])
    both: list[Tensor] = []
    for given in scores:
        fit = SCALE * (given.detach().transpose(1, 2) - graph.log_priors)
        fit = (fit - fit.amax(2, keepdim=True)).exp().clamp(min=POOREST)
        both += [fit * allowed, fit]
    totals, occupied = over(torch.cat(both), graph)
    parts, sums = occupied.chunk(len(both)), totals.chunk(len(both))
    count = pdfs.numel()
    derivatives = [
        (SCALE * (every - right)).transpose(1, 2) / count
        for right, every in zip(parts[::2], parts[1::2], strict=True)
    ]
    losses = [
        (every - right).sum() / count for right, every in zip(sums[::2], sums[1::2], strict=True)
    ]
    return derivatives, losses


class _PathLoss(torch.autograd.Function):
    """The loss; its derivative by the scores is the difference of the two occupations."""

    @staticmethod
    def forward(  # type: ignore[override]
        context: torch.autograd.function.FunctionCtx,
        scores: Tensor,
        pdfs: Tensor,
        graph: Neighbours,
    ) -> Tensor:
        (derivative,), (loss,) = path_gradients([scores], pdfs, graph)
        context.save_for_backward(derivative)
        return loss

    @staticmethod
    def backward(  # type: ignore[override]
        context: torch.autograd.function.FunctionCtx, gradient: Tensor
    ) -> tuple[Tensor, None, None]:
        (derivative,) = context.saved_tensors  # type: ignore[attr-defined]
        return gradient * derivative, None, None


def path_loss(scores: Tensor, pdfs: Tensor, graph: Neighbours) -> Tensor:
    """Negative log posterior of the aligned path, per frame.

    Args:
        scores: of the network before the softmax, shape (batch, pdfs, frames).
        pdfs: the aligned path, ANY where unknown, shape (batch, frames).
        graph: which paths there are.
    """
    loss: Tensor = _PathLoss.apply(scores, pdfs, graph)
    return loss


def frame_loss(scores: Tensor, pdfs: Tensor) -> Tensor:
    """Cross-entropy per frame; shapes (batch, pdfs, frames) and (batch, frames)."""
    return torch.nn.functional.cross_entropy(
        scores, pdfs, ignore_index=ANY, label_smoothing=SMOOTHING
    )
