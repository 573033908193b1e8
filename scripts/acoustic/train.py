"""Trains the network on the shards of `features`, changed anew in every batch (`distort`).

The loss is cross-entropy with the aligned units, plus that of whole paths (`sequence`).

The learning rate warms up, then falls to almost nothing by the end of `--minutes`, which count
only the time spent training: an interrupted run goes on from CHECKPOINT (written every two
minutes) as if nothing had happened. A finished run is continued with `--start CHECKPOINT`, which
takes the weights only; shards that have been added since are used then.

With `--workers 2` two processes change the same weights in shared memory, each with an optimiser
of its own and without waiting for the other (Niu et al., "Hogwild!", 2011): two cores give nearly
twice the steps, and one that is busy with something else holds nobody up.

Usage: train.py BUILD_FOLDER CHECKPOINT --minutes M [--start CHECKPOINT] [--rate R] [--workers N]
                [--sequence SHARE] [--spliced SHARE] [--dropout SHARE]
                [--sight far|near] [--like CHECKPOINT]
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from errno import ENOENT
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from checkpoint import restore, state_of, tying_of
from distort import FASTEST, at_pace, distort, pace
from features import NOISE_COPIES
from frames import CEPSTRA, IGNORED, STRIDE, WINDOW
from lexicon import PHONES
from network import JUDGED, LEFT_CONTEXT, RIGHT_CONTEXT, SIGHTS, Network, drop, parameters_of
from sequence import ANY, Neighbours, frame_loss, neighbours, path_loss
from splice import SPLICED, Frames, joints_of, jumping, straight, units_at
from stage import beside, stage, whole
from torch import Tensor, nn
from units import CLASSES, UNITS, Tying, tie

BATCH = 40
FEWEST = 1000
"""Frames of 30 ms, over all copies, below which a unit gets no pdf of its own."""
WARM_UP = 300
"""Steps until the learning rate is at its height."""
CHECKPOINT_SECONDS = 120
THINNED = 5
"""Reports look at every fifth stretch of dev: all of it takes 20 seconds of every 140."""
SHORT_FLOATS = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
"""Whether a step computes with 16-bit floats: without AVX-512 they are ten times slower than 32."""


@dataclass(frozen=True, slots=True)
class Data:
    """Shards one after the other.

    Attributes:
        mfcc: float16, shape (3 n, 40).
        unit: uint16, shape (n,).
        noises: MFCCs of recordings without speech, to be mixed in, float16, shape (frames, 40).
        spliced: share of the windows that jump (`splice`).
    """

    mfcc: npt.NDArray[np.float16]
    unit: npt.NDArray[np.uint16]
    noises: npt.NDArray[np.float16]
    spliced: float = 0.0

    def counts(self) -> npt.NDArray[np.int64]:
        """Frames of each unit, shape (UNITS,)."""
        return np.bincount(self.unit[self.unit != IGNORED], minlength=UNITS)


def load(files: Sequence[Path], spliced: float = 0.0) -> Data:
    """Read shards into memory (8 kB per second of sound).

    Raises:
        FileNotFoundError: if there are none.
    """
    if not files:
        raise FileNotFoundError(ENOENT, "no file", "A shard of features.py")
    shards = {file.name: np.load(file) for file in files}
    mfcc = {name: shard["mfcc"] for name, shard in shards.items()}
    noises = [cepstra for name, cepstra in mfcc.items() if is_noise(name)]
    return Data(
        np.concatenate(list(mfcc.values())),
        np.concatenate([shard["unit"] for shard in shards.values()]),
        np.concatenate([*noises, np.zeros((0, CEPSTRA), np.float16)]),
        spliced,
    )


def is_noise(shard: str) -> bool:
    """Whether a shard's name says that nobody speaks in it."""
    return shard.split("-", maxsplit=1)[0] in NOISE_COPIES


def training_files(build: Path) -> list[Path]:
    """All whole shards but those of dev."""
    files = sorted((build / "features").glob("*[0-9].npz"))
    return [file for file in files if not file.name.startswith("dev-")]


def pdfs_of(units: npt.NDArray[np.uint16], tying: Tying) -> npt.NDArray[np.int64]:
    """The pdf of every frame, ANY where nobody knows it, same shape."""
    known = units != IGNORED
    return np.where(known, tying.array()[np.where(known, units, 0)], ANY)


def windows(data: Data, tying: Tying, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches for ever: MFCCs (BATCH, 40, 3 WINDOW) and pdfs (BATCH, WINDOW).

    Each pass cuts all data into windows from another offset and shuffles them; some are exchanged
    for windows that jump (`splice`).
    """
    joints = joints_of(data.unit)
    noises = torch.from_numpy(data.noises)
    longest = int(WINDOW * FASTEST) + 1

    def frames(start: int) -> Frames:
        count = round(WINDOW * pace(rng))
        if rng.random() < data.spliced:
            return jumping(count, joints, rng)
        return straight(start, count)

    while True:
        starts = np.arange(rng.integers(WINDOW), len(data.unit) - longest, WINDOW)
        rng.shuffle(starts)
        for first in range(0, len(starts) - BATCH + 1, BATCH):
            pairs = [window(data, frames(start)) for start in starts[first : first + BATCH]]
            mfcc, units = (np.stack(parts) for parts in zip(*pairs, strict=True))
            targets = torch.from_numpy(pdfs_of(units, tying))
            yield distort(torch.from_numpy(mfcc), noises, rng), targets


def window(data: Data, frames: Frames) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
    """MFCCs, shape (40, 3 WINDOW), and units, shape (WINDOW,), at a pace that makes them fit.

    Args:
        data: what is cut from.
        frames: of 30 ms, about WINDOW.
    """
    tens = (STRIDE * frames[:, None] + np.arange(STRIDE)).ravel()
    places = (np.arange(WINDOW) * len(frames) + len(frames) // 2) // WINDOW
    mfcc = at_pace(data.mfcc[tens].astype(np.float32), STRIDE * WINDOW)
    return mfcc.T, units_at(data.unit, frames)[places]


def short_floats() -> torch.autocast:
    """A context in which the network computes as fast as this processor can."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=SHORT_FLOATS)


def accuracy(network: Network, data: Data, tying: Tying) -> tuple[float, float, float]:
    """Share of frames that are right, as pdfs and as phones, and that of speech frames as phones.

    The network is put into evaluation and back.
    """
    network.eval()
    phone_of_pdf = np.zeros(tying.count, dtype=np.int64)
    for number, pdf in enumerate(tying.pdf_of_unit):
        phone_of_pdf[pdf] = number // len(CLASSES)
    piece = 3000
    pdf_right, phone_right, speech_right, speech = 0, 0, 0, 0
    total = 0
    for start in range(0, len(data.unit), piece * THINNED):
        units = data.unit[start : start + piece].astype(np.int64)
        total += len(units)
        mfcc = data.mfcc[STRIDE * start : STRIDE * (start + len(units))].astype(np.float32)
        with torch.no_grad(), short_floats():
            scores = network(torch.from_numpy(mfcc.T[None].copy()))[0].float().softmax(0).numpy()
        by_phone = np.zeros((len(PHONES), scores.shape[1]), dtype=np.float32)
        np.add.at(by_phone, phone_of_pdf, scores)
        phones = units // len(CLASSES)
        right = by_phone.argmax(0) == phones
        pdf_right += int((scores.argmax(0) == tying.array()[units]).sum())
        phone_right += int(right.sum())
        speech_right += int(right[phones > 1].sum())
        speech += int((phones > 1).sum())
    network.train()
    return pdf_right / total, phone_right / total, speech_right / speech


def make_network(data: Data, tying: Tying, sight: str) -> Network:
    """A fresh network for the data."""
    some = data.mfcc[::50].astype(np.float32)
    return Network(tying.count, some.mean(0), some.std(0), sight)


def pdf_priors(counts: npt.NDArray[np.int64], tying: Tying) -> npt.NDArray[np.float64]:
    """Share of each pdf in the training frames."""
    pdfs = np.bincount(tying.array(), weights=counts, minlength=tying.count)
    return np.asarray(pdfs / pdfs.sum(), dtype=np.float64)


@dataclass
class Run:
    """A training run: everything that a checkpoint holds."""

    network: Network
    tying: Tying
    priors: npt.NDArray[np.float64]
    optimiser: torch.optim.Optimizer
    steps: int
    seconds: float

    def save(self, file: Path) -> None:
        """Write a checkpoint; the old one stays whole until the new one is."""
        state = state_of(self.network, self.tying, self.priors) | {
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
        }
        with whole(file) as unfinished:
            torch.save(state, unfinished)


def optimiser_for(network: Network) -> torch.optim.Optimizer:
    """Adam with decoupled weight decay; its learning rate is set at every step."""
    return torch.optim.AdamW(network.parameters(), weight_decay=1e-2)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a network is that nobody has trained yet.

    Attributes:
        start: a checkpoint whose weights it has; None: drawn by chance.
        like: a checkpoint whose units it tells apart; None: those that the data are enough for.
        sight: how far it sees, one of SIGHTS; None: as far as `start` does.
    """

    start: Path | None = None
    like: Path | None = None
    sight: str | None = None


def begin(data: Data, checkpoint: Path, beginning: Beginning) -> Run:
    """Go on with `checkpoint` if it is there, else begin."""
    source = checkpoint if checkpoint.exists() else beginning.start
    if source is None:
        like = beginning.like
        tying = (
            tying_of(torch.load(like, weights_only=False)) if like else tie(data.counts(), FEWEST)
        )
        network = make_network(data, tying, beginning.sight or "far")
        priors = pdf_priors(data.counts(), tying)
        return Run(network, tying, priors, optimiser_for(network), 0, 0.0)
    state = torch.load(source, weights_only=False)
    network, tying = restore(state, None if source == checkpoint else beginning.sight)
    optimiser = optimiser_for(network)
    if source == checkpoint:
        optimiser.load_state_dict(state["optimiser"])
        return Run(network, tying, state["priors"], optimiser, state["steps"], state["seconds"])
    priors = pdf_priors(data.counts(), tying)
    return Run(network, tying, priors, optimiser, 0, 0.0)


@dataclass(frozen=True, slots=True)
class Aim:
    """What is trained for: cross-entropy, plus `share` times the loss of paths over `graph`."""

    graph: Neighbours
    share: float

    def loss(self, scores: Tensor, pdfs: Tensor) -> Tensor:
        """Per frame; shapes (batch, pdfs, frames) and (batch, frames)."""
        by_frame = frame_loss(scores, pdfs)
        if not self.share:
            return by_frame
        return by_frame + self.share * path_loss(scores, pdfs, self.graph)


def learn(run: Run, mfcc: Tensor, pdfs: Tensor, rate: float, aim: Aim) -> float:
    """One step; the loss per frame before it."""
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    with short_floats():
        scores = run.network(mfcc)
    loss = aim.loss(scores[:, :, JUDGED].float(), pdfs[:, JUDGED])
    run.optimiser.zero_grad()
    loss.backward()
    if nn.utils.clip_grad_norm_(run.network.parameters(), 1.0).isfinite():
        run.optimiser.step()
    return float(loss.item())


def help_out(shared: Run, seed: int, rate: Tensor, data: Data, aim: Aim) -> Iterator[None]:
    """A worker: train the shared network, as fast as the first process says."""
    os.nice(5)
    torch.set_num_threads(1)
    run = replace(shared, optimiser=optimiser_for(shared.network))
    for mfcc, pdfs in windows(data, run.tying, np.random.default_rng(seed)):
        learn(run, mfcc, pdfs, float(rate), aim)
        yield


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast.

    Attributes:
        minutes: of training in all.
        rate: the learning rate at its height.
        workers: processes.
        share: of the paths' loss.
    """

    minutes: float
    rate: float
    workers: int
    share: float

    def rate_now(self, run: Run) -> float:
        """The learning rate of the next step."""
        left = 1.0 - run.seconds / (self.minutes * 60)
        return self.rate * min(1.0, run.steps / WARM_UP) * max(0.005, left)


def train(run: Run, data: Data, dev: Data, file: Path, schedule: Schedule) -> None:
    """Train until the minutes are used up, with reports and checkpoints on the way."""
    aim = Aim(neighbours(pdfs_of(data.unit, run.tying), run.tying.count), schedule.share)
    batches = windows(data, run.tying, np.random.default_rng(run.steps))
    rate = torch.zeros(1).share_memory_()
    run.network.share_memory()
    seeds = range(run.steps + 1000, run.steps + 999 + schedule.workers)
    unsaved, mean_loss = 0.0, 0.0
    with beside(help_out, [(run, seed, rate, data, aim) for seed in seeds]):
        last = time.monotonic()
        while run.seconds < schedule.minutes * 60:
            rate.fill_(schedule.rate_now(run))
            loss = learn(run, *next(batches), float(rate), aim)
            mean_loss = 0.99 * mean_loss + 0.01 * loss if mean_loss else loss
            run.steps += 1
            now = time.monotonic()
            run.seconds += now - last
            unsaved += now - last
            last = now
            if unsaved > CHECKPOINT_SECONDS:
                run.save(file)
                report(run, mean_loss, dev)
                unsaved, last = 0.0, time.monotonic()
    run.save(file)
    report(run, mean_loss, dev)


def report(run: Run, loss: float, dev: Data) -> None:
    """One line: how far, and how good on speakers that it never heard."""
    pdfs, phones, speech = accuracy(run.network, dev, run.tying)
    print(
        f"{run.seconds / 60:5.1f} min, step {run.steps}: loss {loss:.3f}; dev frames right: "
        f"pdf {pdfs:.3f}, phone {phones:.3f}, phone in speech {speech:.3f}",
        flush=True,
    )


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sequence", type=float, default=1.0, help="share of the paths' loss")
    parser.add_argument(
        "--spliced", type=float, default=SPLICED, help="share of the windows that jump"
    )
    parser.add_argument("--dropout", type=float, default=0.0, help="share of each layer's values")
    parser.add_argument("--sight", choices=SIGHTS, help="how far back it sees")
    parser.add_argument("--like", type=Path, help="a checkpoint whose units it tells apart")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    data = load(training_files(options.build), options.spliced)
    beginning = Beginning(options.start, options.like, options.sight)
    run = begin(data, options.checkpoint, beginning)
    drop(run.network, options.dropout)
    print(
        f"{len(data.unit) * 0.03 / 3600:.1f} hours, {run.tying.count} pdfs, "
        f"{parameters_of(run.network)} parameters, context -{LEFT_CONTEXT}..+{RIGHT_CONTEXT}"
    )
    dev = load(sorted((options.build / "features").glob("dev-0-*[0-9].npz")))
    schedule = Schedule(options.minutes, options.rate, options.workers, options.sequence)
    train(run, data, dev, options.checkpoint, schedule)


if __name__ == "__main__":
    stage(main)
