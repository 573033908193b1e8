"""Whether what a GPU computes is what the processor's stages do: cepstra, and warps.

Prints the largest difference of each, and fails if one is too large. Needs nothing but this folder.

Usage: check.py
"""

import sys

import numpy as np
import torch
from distort import BANDS, warp_bands
from features import mfcc
from hear import Mfcc, warps
from sound import RATE

CLOSE = {"cepstra": 0.01, "warps": 1e-4}
"""A cepstrum's deviation is 5 to 20."""


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


def main() -> None:
    """Compare."""
    found = dict(zip(CLOSE, (cepstra(), warped()), strict=True))
    for name, apart in found.items():
        print(f"{name}: {apart:.2g} apart")
    if any(found[name] > CLOSE[name] for name in CLOSE):
        sys.exit("That is too much.")


if __name__ == "__main__":
    main()
