"""Trains the network that silences what the echo canceller's filter leaves.

    input    features of 4 x 32 bands every 10 ms: what is left, what was taken, what was played,
             and what was heard (left + taken)
    layers   affine 64, ReLU; two gated recurrent layers of WIDTH values
    output   a gain within 1 for each band, and whether somebody talks, as a logistic

It is stopped at any time and goes on with `--start`; the best on held-out shards is exported.

Usage: PYTHONPATH=. echo_train.py BUILD_FOLDER OUT.pt [--start IN.pt] [--minutes N] [--rate R]
       PYTHONPATH=. echo_train.py BUILD_FOLDER OUT.pt --export models/echo/rest.npz
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from stage import stage
from torch import Tensor, nn

from skill.echo.bands import BANDS

FOLDER = "echo"
ENTRY, WIDTH = 64, 96
BATCH, HOPS = 24, 800
HELD_OUT = 4
"""Shards that no training sees."""
TELL_MINUTES = 2
COMPRESSED = 0.15
"""Exponent of powers in the loss: loudness grows about so."""
OVER = 6.0
"""How much worse it is to take from the person than to leave of the coach."""
NAMES = ("left", "taken", "played", "near")


class Rest(nn.Module):
    """Powers of bands to gains."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Linear(4 * BANDS, ENTRY)
        self.memory = nn.GRU(ENTRY, WIDTH, 2, batch_first=True)
        self.gains = nn.Linear(WIDTH, BANDS)
        self.voice = nn.Linear(WIDTH, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, hops, 4 * BANDS) to gains (batch, hops, BANDS) and logits (batch, hops)."""
        found, _ = self.memory(torch.relu(self.entry(features)))
        return torch.sigmoid(self.gains(found)), self.voice(found)[..., 0]


class Scenes:
    """All shards, in memory as logarithms."""

    def __init__(self, files: list[Path]) -> None:
        shards = [np.load(file) for file in files]
        self.logs = {n: np.concatenate([shard[n] for shard in shards]) for n in NAMES}
        self.voice = np.concatenate([shard["voice"] for shard in shards])[..., 0]

    def __len__(self) -> int:
        return len(self.voice)

    def batch(self, which: np.ndarray, rng: np.random.Generator | None) -> dict[str, Tensor]:
        """Stretches of some scenes, at other levels if there is randomness."""
        start = 0 if rng is None else int(rng.integers(self.voice.shape[1] - HOPS))
        stop = self.voice.shape[1] if rng is None else start + HOPS
        found = {
            n: torch.from_numpy(self.logs[n][which, start:stop].astype(np.float32)) for n in NAMES
        }
        if rng is not None:
            shape = (len(which), 1, 1)
            gain = torch.from_numpy(rng.uniform(-1.0, 0.8, shape).astype(np.float32))
            other = torch.from_numpy(rng.uniform(-0.8, 0.6, shape).astype(np.float32))
            found = {n: log + (other if n == "played" else gain) for n, log in found.items()}
        loudest = found["near"].amax(dim=(1, 2), keepdim=True)
        loud = (found["near"].amax(dim=2, keepdim=True) > loudest - 3.0)[..., 0]
        voice = torch.from_numpy(self.voice[which, start:stop].astype(np.float32))
        return {**found, "voice": voice * loud}


def features(found: dict[str, Tensor]) -> Tensor:
    """As `skill.echo.bands.feature`, for all four."""
    left, taken, played = (10 ** found[n] for n in NAMES[:3])
    both = (left, taken, played, left + taken)
    return torch.cat([(torch.log10(power + 1e-10) + 7) / 2 for power in both], dim=2)


def loss(network: Rest, found: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Of the gains, and of the voice."""
    gains, voice = network(features(found))
    left, near = 10 ** found["left"], 10 ** found["near"]
    scale = torch.maximum(
        near.amax(dim=(1, 2), keepdim=True), 0.001 * left.amax(dim=(1, 2), keepdim=True)
    )
    wanted = torch.minimum(near, left) / scale
    given = gains.square() * left / scale
    off = (given + 1e-9) ** COMPRESSED - (wanted + 1e-9) ** COMPRESSED
    weight = torch.where(off < 0, OVER, 1.0)
    told = nn.functional.binary_cross_entropy_with_logits(voice, found["voice"])
    return (weight * off.square()).mean(), told


def train(options: argparse.Namespace, network: Rest) -> None:
    """Go on until time is over; keep the best."""
    torch.set_num_threads(options.threads)
    files = sorted((options.build / FOLDER).glob("[0-9][0-9][0-9].npz"))
    held, known = Scenes(files[:HELD_OUT]), Scenes(files[HELD_OUT:])
    print(len(known), "scenes", flush=True)
    learner = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-4)
    rng = np.random.default_rng()
    begun, told, best, step, sums = time.monotonic(), 0.0, math.inf, 0, []
    while (passed := (time.monotonic() - begun) / 60) < options.minutes:
        for group in learner.param_groups:
            done = passed / options.minutes
            group["lr"] = options.rate * min(1, (step + 1) / 100) * (1 - 0.95 * done)
        network.train()
        gain, voice = loss(network, known.batch(rng.choice(len(known), BATCH), rng))
        learner.zero_grad()
        (gain * 20 + 0.2 * voice).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        learner.step()
        step += 1
        sums.append(gain.item())
        if passed - told > TELL_MINUTES or passed > options.minutes - 0.02:
            told = passed
            network.eval()
            with torch.no_grad():
                ends = [
                    loss(network, held.batch(np.arange(at, at + 20), None))
                    for at in range(0, len(held), 20)
                ]
            gain, voice = (float(np.mean([end[n].item() for end in ends])) for n in (0, 1))
            print(
                f"{passed:5.1f} min, step {step}: {np.mean(sums):.5f}; "
                f"held out {gain:.5f}, voice {voice:.4f}",
                flush=True,
            )
            sums = []
            if gain + 0.01 * voice < best:
                best = gain + 0.01 * voice
                torch.save(network.state_dict(), options.out)


def export(network: Rest, file: Path) -> None:
    """As 16-bit numbers, for numpy."""
    weights = {
        name.replace(".", "_"): value.numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }
    file.parent.mkdir(exist_ok=True)
    np.savez(file, **weights)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Train or export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--export", type=Path)
    options = parser.parse_args()
    network = Rest()
    start = options.out if options.export else options.start
    if start:
        network.load_state_dict(torch.load(start))
    export(network, options.export) if options.export else train(options, network)


if __name__ == "__main__":
    stage(main)
