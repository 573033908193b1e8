"""Trains the network that silences what the echo canceller's filter leaves.

    input    features of 4 x 32 bands every 10 ms: what is left, what was taken, what was played,
             and what was heard (left + taken)
    layers   affine 64, ReLU; two gated recurrent layers of WIDTH values
    output   a gain within 1 for each band, and whether somebody talks, as a logistic

It is stopped at any time and goes on with `--start`, from an export as well, or from the mean of
several (named twice, a file counts twice); the best on held-out shards is kept.

Usage: PYTHONPATH=. echo_train.py BUILD_FOLDER OUT.pt [--start FILE...] [--minutes N] [--rate R]
           [--workers N] [--batch N]
       PYTHONPATH=. echo_train.py BUILD_FOLDER OUT.pt [--start FILE...] --export FILE.npz
"""

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from stage import beside, stage
from torch import Tensor, nn

from skill.echo.bands import BANDS

FOLDER = "echo"
ENTRY, WIDTH = 64, 96
BATCH, HOPS = 24, 800
HELD_OUT = 4
"""Shards that no training sees."""
TELL_MINUTES = 2
WARM_UP = 100
"""Steps until the learning rate is at its height."""
COMPRESSED = 0.15
"""Exponent of powers in the loss: loudness grows about so."""
OVER = 6.0
"""How much worse it is to take from the person than to leave of the coach."""
COLOUR = 0.2
"""Standard deviation of each of four waves over the bands, in log10 of power: 2 dB."""
PERSON_MORE = 0.3
"""Share of stretches into which a person of another scene speaks. The filter has not heard them,
but hardly learns from people anyway."""
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

    def whole(self, which: np.ndarray) -> dict[str, Tensor]:
        """Some scenes as they are."""
        found = {n: torch.from_numpy(self.logs[n][which].astype(np.float32)) for n in NAMES}
        return heard(found, torch.from_numpy(self.voice[which].astype(np.float32)))

    def batch(self, count: int, rng: np.random.Generator) -> dict[str, Tensor]:
        """Stretches of some scenes, otherwise loud and coloured, with a person more in some."""
        found, voice = self.stretches(count, rng)
        others, said = self.stretches(count, rng)
        more = torch.from_numpy((rng.random(count) < PERSON_MORE)[:, np.newaxis, np.newaxis])
        for name in ("left", "near"):
            both = torch.log10(10 ** found[name] + 10 ** others["near"])
            found[name] = torch.where(more, both, found[name])
        voice = torch.where(more[..., 0], torch.maximum(voice, said), voice)
        microphone = coloured(rng, count) + uniform(rng, -1.0, 0.8, count)
        speaker = coloured(rng, count) + uniform(rng, -0.8, 0.6, count)
        changed = {n: log + (speaker if n == "played" else microphone) for n, log in found.items()}
        moved = torch.from_numpy(np.clip(np.arange(BANDS) + rng.integers(-1, 2), 0, BANDS - 1))
        return heard({n: log[..., moved] for n, log in changed.items()}, voice)

    def stretches(self, count: int, rng: np.random.Generator) -> tuple[dict[str, Tensor], Tensor]:
        """Logarithms of powers, and voices, of random stretches."""
        places = [
            (scene, slice(start, start + HOPS))
            for scene, start in zip(
                rng.integers(len(self), size=count),
                rng.integers(self.voice.shape[1] - HOPS, size=count),
                strict=True,
            )
        ]
        found = {
            n: torch.from_numpy(np.stack([self.logs[n][at] for at in places]).astype(np.float32))
            for n in NAMES
        }
        voice = np.stack([self.voice[at] for at in places]).astype(np.float32)
        return found, torch.from_numpy(voice)


def uniform(rng: np.random.Generator, least: float, most: float, count: int) -> Tensor:
    """A number for each stretch."""
    return torch.from_numpy(rng.uniform(least, most, (count, 1, 1)).astype(np.float32))


def coloured(rng: np.random.Generator, count: int) -> Tensor:
    """Smooth curves over the bands, another one for each stretch: what microphones and loudspeakers
    do to a sound, and bands that lie differently to what is heard.
    """
    waves = np.cos(np.pi * np.outer(np.arange(1, 5), np.arange(BANDS) + 0.5) / BANDS)
    heights = rng.normal(0, COLOUR, (count, 1, 4))
    return torch.from_numpy((heights @ waves).astype(np.float32))


def heard(found: dict[str, Tensor], voice: Tensor) -> dict[str, Tensor]:
    """A batch, in which nobody talks where it is 30 dB fainter than the loudest."""
    loudest = found["near"].amax(dim=(1, 2), keepdim=True)
    loud = (found["near"].amax(dim=2, keepdim=True) > loudest - 3.0)[..., 0]
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


@dataclass(frozen=True, slots=True)
class Learning:
    """What all processes share, and one's own optimiser.

    Attributes:
        network: in shared memory.
        known: what is learnt from.
        batch: stretches in a step.
        rate: the learning rate, one number in shared memory.
    """

    network: Rest
    known: Scenes
    batch: int
    rate: Tensor

    def steps(self) -> Iterator[float]:
        """Learn from a batch each, for ever; yield the loss of its gains."""
        learner = torch.optim.AdamW(self.network.parameters(), weight_decay=1e-4)
        rng = np.random.default_rng()
        while True:
            for group in learner.param_groups:
                group["lr"] = float(self.rate)
            gain, voice = loss(self.network, self.known.batch(self.batch, rng))
            learner.zero_grad()
            (gain * 20 + 0.2 * voice).backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            learner.step()
            yield gain.item()


def train(options: argparse.Namespace, network: Rest) -> None:
    """Go on until time is over; keep the best."""
    torch.set_num_threads(1)
    files = sorted((options.build / FOLDER).glob("[0-9][0-9][0-9].npz"))
    held, known = Scenes(files[:HELD_OUT]), Scenes(files[HELD_OUT:])
    print(f"{len(known)} scenes; held out {told_of(network, held)}", flush=True)
    network.share_memory()
    learning = Learning(network, known, options.batch, torch.zeros(1).share_memory_())
    begun, told, best, sums = time.monotonic(), 0.0, math.inf, []
    with beside(Learning.steps, [(learning,)] * (options.workers - 1)):
        steps = learning.steps()
        while (passed := (time.monotonic() - begun) / 60) < options.minutes:
            warm, left = min(1, (len(sums) + 1) / WARM_UP), 1 - passed / options.minutes
            learning.rate.fill_(options.rate * warm * max(0.05, left))
            sums.append(next(steps))
            if passed - told > TELL_MINUTES or passed > options.minutes - 0.1:
                told = passed
                gain, voice = ends = told_of(network, held)
                recent = np.mean(sums[-50:])
                print(
                    f"{passed:5.1f} min, step {len(sums)}: {recent:.5f}; held out {ends}",
                    flush=True,
                )
                if gain + 0.01 * voice < best:
                    best = gain + 0.01 * voice
                    torch.save(network.state_dict(), options.out)


def told_of(network: Rest, held: Scenes) -> tuple[float, float]:
    """Both losses in scenes that are not learnt from."""
    with torch.no_grad():
        ends = [loss(network, held.whole(np.arange(at, at + 20))) for at in range(0, len(held), 20)]
    gain, voice = (round(float(np.mean([end[n].item() for end in ends])), 5) for n in (0, 1))
    return gain, voice


def export(network: Rest, file: Path) -> None:
    """As 16-bit numbers, for numpy."""
    weights = {
        name.replace(".", "_"): value.numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }
    file.parent.mkdir(exist_ok=True)
    np.savez(file, **weights)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


def kept(file: Path, network: Rest) -> dict[str, Tensor]:
    """A network's weights, as training keeps them or as `export` does."""
    if file.suffix != ".npz":
        return torch.load(file)
    with np.load(file) as exported:
        return {
            name: torch.from_numpy(exported[name.replace(".", "_")].astype(np.float32))
            for name in network.state_dict()
        }


def mean(several: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Of the weights of several networks that come from one: it does better in new scenes than any
    of them (Wortsman and others, "Model soups", 2022).
    """
    return {name: torch.stack([one[name] for one in several]).mean(dim=0) for name in several[0]}


def main() -> None:
    """Train or export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--batch", type=int, default=BATCH, help="stretches of 8 s in a step")
    parser.add_argument("--export", type=Path)
    options = parser.parse_args()
    network = Rest()
    start = options.start or ([options.out] if options.export else [])
    if start:
        network.load_state_dict(mean([kept(file, network) for file in start]))
    export(network, options.export) if options.export else train(options, network)


if __name__ == "__main__":
    stage(main)
