"""Whether what a GPU computes is what the processor's stages do: cepstra, warps, losses of paths.

Prints the largest difference of each, and fails if one is too large. Needs nothing but this folder.

Usage: check.py
"""

import sys

import numpy as np
import torch
from distort import BANDS, warp_bands
from features import mfcc
from hear import Mfcc, warps
from sequence import ANY, neighbours, path_loss
from sound import RATE
from train_gpu import CapturedPaths, path_gradients

CLOSE = {"cepstra": 0.01, "warps": 1e-4, "losses of paths": 1e-5, "their derivatives": 1e-6}
"""A cepstrum's deviation is 5 to 20."""
PDFS = 20


def cepstra() -> float:
    """`hear` against Kaldi's own code."""
    rng = np.random.default_rng(0)
    wave = (rng.standard_normal(2 * RATE) * 1000).astype(np.float32)
    ours = Mfcc(torch.device("cpu"))(torch.from_numpy(wave)[None])[0].T.numpy()
    return float(np.abs(ours - mfcc(wave)).max())


def warped() -> float:
    """`hear` against `distort`."""
    factors = (0.87, 0.95, 1.0, 1.06, 1.13)
    ours = warps(torch.tensor(factors)[:, None])
    theirs = np.stack([warp_bands(factor) for factor in factors])
    return float(np.abs(ours.numpy() - theirs).max()) if ours.shape[1] == BANDS else np.inf


def losses() -> tuple[float, float]:
    """`train_gpu` against `sequence`, and their derivatives."""
    torch.manual_seed(0)
    graph = neighbours(np.random.default_rng(0).integers(0, PDFS, 5000), PDFS)
    scores = torch.randn(4, PDFS, 30, requires_grad=True)
    pdfs = torch.randint(0, PDFS, (4, 30))
    pdfs[0, 3] = ANY
    loss = path_loss(scores, pdfs, graph)
    loss.backward()
    (gradient,), (value,) = path_gradients([scores.detach()], pdfs, graph, CapturedPaths(graph))
    wrong = 0.0 if scores.grad is None else float((gradient - scores.grad).abs().max())
    return float((value - loss.detach()).abs()), wrong


def main() -> None:
    """Compare."""
    found = dict(zip(CLOSE, (cepstra(), warped(), *losses()), strict=True))
    for name, apart in found.items():
        print(f"{name}: {apart:.2g} apart")
    if any(found[name] > CLOSE[name] for name in CLOSE):
        sys.exit("That is too much.")


if __name__ == "__main__":
    main()
