"""Trains the network from nothing on a GPU, in minutes, with teachers.

Everything is drawn anew in every batch, from the recordings on (`cuts`, `hear`). First, for some
minutes, the teachers (`teachers`) learn the aligned units. Then the students, `network.Network`s
that hear the same windows, learn three things at once: what is aligned, what the teachers make of
the same window *unchanged* (a mean of their probabilities; Hinton and others, "Distilling the
knowledge in a neural network", 2015; from a clean window to a noisy one as in Li and others,
"Large-scale domain adaptation via teacher-student learning", 2017), and whole paths (`sequence`).
A frame whose aligned unit the teachers think impossible has an unknown unit: alignments are wrong
at times.

Writes OUTPUT/NAME.pt for each student, a checkpoint as `train` writes it, every minute and at the
end. Works without a GPU, too, only slowly.

Usage: train_gpu.py PACK_FOLDER OUTPUT [--like MODEL_FOLDER] [--teachers MINUTES]
                    [--students MINUTES] [--only NAME...]
"""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from checkpoint import state_of
from cuts import Cuts, Cutter, together
from export import TYING
from frames import IGNORED, SHIFT, STRIDE, WINDOW
from hear import FRAMES, SAMPLES, Batch, Hearing
from network import JUDGED, Network
from packed import DEV, NOISE, SPEECH, Sounds, load
from sequence import ANY, Neighbours, frame_loss, neighbours, path_gradients, paths
from stage import stage, whole
from teachers import DeepTeacher, PictureTeacher
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset
from units import CLASSES, Tying, read_tying

BATCH = 256
SPLICED, SPLICED_LAST = 0.45, 0.1
"""Share of the windows that jump: at first, and in the last `SETTLING` of the time."""
SETTLING = 0.2
CLEAN = 0.3
"""Share of the teachers' windows that are not changed."""
TAUGHT = 0.7
"""Share of the frames' loss that comes from the teachers."""
IMPOSSIBLE = 0.005
"""Probability of an aligned unit below which it is not believed."""
WARM_UP = 400
TEACHERS_RATE, STUDENTS_RATE = 1.2e-3, 3e-3
REPORT_SECONDS = 20
SAVE_SECONDS = 60
STUDENTS = {"far": ("far", True), "near": ("near", True), "alone": ("far", False)}
"""How far each sees, and whether it has teachers."""


class Windows(IterableDataset[tuple[npt.NDArray[np.generic], ...]]):
    """Cuts for ever, drawn in processes of their own."""

    def __init__(self, cutter: Cutter, batch: int, spliced: float, seed: int) -> None:
        self.cutter, self.batch, self.spliced, self.seed = cutter, batch, spliced, seed

    def __iter__(self) -> Iterator[tuple[npt.NDArray[np.generic], ...]]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        jumping = max(1, round(self.batch * self.spliced))
        while True:
            cuts = together(
                self.cutter.jump(jumping, FRAMES, rng),
                self.cutter.fill(self.batch - jumping, FRAMES, rng),
            )
            yield tuple(getattr(cuts, name) for name in Cuts.__slots__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where batches come from."""

    cutter: Cutter
    hearing: Hearing
    batch: int
    workers: int

    def batches(self, spliced: float, seed: int, *, clean: bool = False) -> Iterator[Batch]:
        """For ever."""
        windows = Windows(self.cutter, self.batch, spliced, seed)
        loader = DataLoader(windows, batch_size=None, num_workers=self.workers)
        for parts in loader:
            yield self.hearing.batch(Cuts(*(part.numpy() for part in parts)), clean=clean)


class CapturedPaths:
    """`sequence.paths` for one shape, recorded once and played again: it is 1,500 small steps."""

    def __init__(self) -> None:
        self.recorded: torch.cuda.CUDAGraph | None = None
        self.given = self.total = self.occupied = torch.zeros(0)

    def __call__(self, emissions: Tensor, graph: Neighbours) -> tuple[Tensor, Tensor]:
        """As `sequence.paths`; what comes back is overwritten by the next call."""
        if not emissions.is_cuda:
            return paths(emissions, graph)
        if self.recorded is None:
            self.given = emissions.clone()
            beside = torch.cuda.Stream()
            beside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(beside):
                paths(self.given, graph)
            torch.cuda.current_stream().wait_stream(beside)
            self.recorded = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.recorded):
                self.total, self.occupied = paths(self.given, graph)
        self.given.copy_(emissions)
        self.recorded.replay()
        return self.total, self.occupied


@dataclass
class Learner:
    """A network and its optimiser."""

    name: str
    network: nn.Module
    optimiser: torch.optim.Optimizer
    taught: bool = False
    loss: float = 0.0

    def step(self, loss: Tensor, rate: float) -> None:
        """Go down the loss; a gradient that is no number changes nothing."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for parameter in self.network.parameters():
            if parameter.grad is not None:
                parameter.grad.nan_to_num_(0.0, 0.0, 0.0)
        self.optimiser.step()


def learner(name: str, network: nn.Module, device: torch.device, taught: bool = False) -> Learner:
    """A network that begins."""
    network = network.to(device).train()
    optimiser = torch.optim.AdamW(
        network.parameters(), weight_decay=1e-2, fused=device.type == "cuda"
    )
    return Learner(name, network, optimiser, taught)


def scores_of(network: nn.Module, mfcc: Tensor) -> Tensor:
    """A network's, computed with 16-bit floats on a GPU; 32 bits come back."""
    with torch.autocast(mfcc.device.type, torch.bfloat16, enabled=mfcc.is_cuda):
        scores: Tensor = network(mfcc)
    return scores.float()


def height(done: float, steps: int) -> float:
    """Of the learning rate, where `done` is the share of the time that has gone."""
    return min(1.0, steps / WARM_UP) * max(0.003, 1 - done)


@dataclass(frozen=True, slots=True)
class Dev:
    """What is reported on: cepstra and units of people who do not train."""

    mfcc: Tensor
    units: Tensor

    def right(self, network: nn.Module, tying: Tying) -> tuple[float, float]:
        """Share of the frames, and of those in speech, whose pdf is right."""
        network.eval()
        with torch.no_grad():
            guess = torch.cat([scores_of(network, some).argmax(1) for some in self.mfcc.split(64)])
        network.train()
        pdf = torch.from_numpy(tying.array()).to(guess.device)
        right = (guess == pdf[self.units])[:, JUDGED]
        speech = (self.units // len(CLASSES) > 1)[:, JUDGED]
        return float(right.float().mean()), float(right[speech].float().mean())


def dev_of(sounds: Sounds, hearing: Hearing) -> Dev:
    """Windows of a pack one after the other, as recorded."""
    count = len(sounds.corpus.unit) // FRAMES - 1
    starts = np.arange(count)[:, None] * FRAMES
    audio = torch.from_numpy(sounds.audio[starts * SHIFT + np.arange(SAMPLES)]).float()
    units = sounds.corpus.unit[starts + STRIDE * np.arange(WINDOW)].astype(np.int64)
    device = hearing.device
    mfcc = [
        hearing.mfcc(some.to(device) + torch.randn(some.shape, device=device))
        for some in audio.split(64)
    ]
    units[units == IGNORED] = 0
    return Dev(torch.cat(mfcc)[:, :, : STRIDE * WINDOW], torch.from_numpy(units).to(device))


@dataclass
class School:
    """Everything that training needs.

    Attributes:
        source: of batches.
        tying: the pdfs.
        dev: what is reported on.
        output: where students are saved.
        priors: frames of each pdf that the students heard, shape (pdfs,).
    """

    source: Source
    tying: Tying
    dev: Dev
    output: Path
    priors: Tensor

    def rounds(
        self, minutes: float, seed: int, *, clean: bool
    ) -> Iterator[tuple[float, int, Batch]]:
        """Share of the time gone, number and batch of each step, until the minutes are over."""
        begun = time.monotonic()
        step = 0
        for spliced, until in ((SPLICED, 1 - SETTLING), (SPLICED_LAST, 1.0)):
            for batch in self.source.batches(spliced, seed, clean=clean):
                done = (time.monotonic() - begun) / (minutes * 60)
                if done > until:
                    break
                yield done, step, batch
                step += 1
            seed += 1

    def report(self, done: float, step: int, learners: Sequence[Learner]) -> None:
        """A line."""
        parts = []
        for one in learners:
            pdf, speech = self.dev.right(one.network, self.tying)
            parts.append(f"{one.name} loss {one.loss:.3f} dev {pdf:.3f} speech {speech:.3f}")
        print(f"{done:4.0%} step {step}: {'; '.join(parts)}", flush=True)

    def teach(self, learners: Sequence[Learner], minutes: float) -> None:
        """The teachers' time."""
        said = time.monotonic()
        for done, step, batch in self.rounds(minutes, 1, clean=True):
            mfcc = batch.changed
            if batch.clean is not None:
                unchanged = torch.rand(len(mfcc), 1, 1, device=mfcc.device) < CLEAN
                mfcc = torch.where(unchanged, batch.clean, mfcc)
            talk = time.monotonic() - said > REPORT_SECONDS
            for one in learners:
                scores = scores_of(one.network, mfcc)
                loss = frame_loss(scores[:, :, JUDGED], batch.pdfs[:, JUDGED])
                one.step(loss, TEACHERS_RATE * height(done, step))
                if talk:
                    one.loss = float(loss.detach())
            if talk:
                self.report(done, step, learners)
                said = time.monotonic()
        self.report(1.0, step, learners)

    def opinion(self, teachers: Sequence[Learner], mfcc: Tensor) -> Tensor:
        """What the teachers think, shape (windows, pdfs, frames)."""
        with torch.no_grad():
            parts = [scores_of(one.network.eval(), mfcc).softmax(1) for one in teachers]
        return torch.stack(parts).mean(0)

    def study(
        self,
        students: Sequence[Learner],
        teachers: Sequence[Learner],
        minutes: float,
        graph: Neighbours,
    ) -> None:
        """The students' time."""
        forward_backward = CapturedPaths()
        said = saved = time.monotonic()
        for done, step, batch in self.rounds(minutes, 1000, clean=bool(teachers)):
            pdfs = batch.pdfs[:, JUDGED].contiguous()
            thought = None
            if batch.clean is not None:
                thought = self.opinion(teachers, batch.clean)[:, :, JUDGED]
                believed = thought.gather(1, pdfs.clamp(min=0)[:, None])[:, 0] >= IMPOSSIBLE
                pdfs = torch.where(believed, pdfs, torch.full_like(pdfs, ANY))
            known = (pdfs != ANY).flatten()
            self.priors.scatter_add_(0, pdfs.flatten().clamp(min=0), known.long())
            scores = [scores_of(one.network, batch.changed)[:, :, JUDGED] for one in students]
            derivatives, path_losses = path_gradients(scores, pdfs, graph, forward_backward)
            talk = time.monotonic() - said > REPORT_SECONDS
            for one, given, derivative, value in zip(
                students, scores, derivatives, path_losses, strict=True
            ):
                loss = frame_loss(given, pdfs)
                if one.taught and thought is not None:
                    apart = -(thought * given.log_softmax(1)).sum(1).mean()
                    loss = (1 - TAUGHT) * loss + TAUGHT * apart
                one.step(loss + (given * derivative).sum(), STUDENTS_RATE * height(done, step))
                if talk:
                    one.loss = float(loss.detach() + value)
            if talk:
                self.report(done, step, students)
                said = time.monotonic()
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save(students)
                saved = time.monotonic()
        self.report(1.0, step, students)
        self.save(students)

    def save(self, students: Sequence[Learner]) -> None:
        """Checkpoints as `train` has them, without an optimiser's state."""
        priors = self.priors.double().cpu().numpy() + 1.0
        for one in students:
            state = state_of(one.network, self.tying, priors / priors.sum())
            state |= {"steps": 0, "seconds": 0.0}
            with whole(self.output / f"{one.name}.pt") as unfinished:
                torch.save(state, unfinished)


def statistics(source: Source, batches: int) -> tuple[Tensor, Tensor, npt.NDArray[np.int64]]:
    """Some windows' cepstra (40, frames), their bands, and pdfs in order."""
    some = list(itertools.islice(source.batches(0.0, 7), batches))
    mfcc = torch.cat([batch.changed for batch in some]).transpose(0, 1).flatten(1)
    pdfs = torch.cat([batch.pdfs for batch in some]).flatten().cpu().numpy()
    return mfcc, source.hearing.from_cosines @ mfcc, pdfs


def spread(values: Tensor) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Mean and deviation of each row."""
    return values.mean(1).cpu().numpy(), values.std(1).cpu().numpy()


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--like", type=Path, default=Path("models/ears-en"))
    parser.add_argument("--teachers", type=float, default=3.5, help="minutes; 0: none")
    parser.add_argument("--students", type=float, default=6.0, help="minutes")
    parser.add_argument("--only", nargs="+", choices=STUDENTS, default=list(STUDENTS))
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--workers", type=int, default=6)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    tying = read_tying(options.like / TYING)
    sounds = load(options.pack, (*SPEECH, *NOISE))
    cutter = Cutter(sounds.corpus, SPEECH)
    hearing = Hearing(sounds, tying, device)
    source = Source(cutter, hearing, options.batch, options.workers)
    dev = dev_of(load(options.pack, (DEV,)), hearing)
    hours, others = len(sounds.corpus.unit) / 360_000, len(dev.units) * FRAMES / 360_000
    took = time.monotonic() - begun
    print(
        f"{hours:.1f} hours, {tying.count} pdfs, dev {others:.2f} hours, {took:.0f} s", flush=True
    )
    mfcc, bands, pdfs = statistics(source, max(1, 2000 // options.batch))
    graph = neighbours(pdfs, tying.count)
    graph = Neighbours(*(getattr(graph, name).to(device) for name in Neighbours.__slots__))
    priors = torch.zeros(tying.count, dtype=torch.long, device=device)
    school = School(source, tying, dev, options.output, priors)
    teachers = []
    if options.teachers:
        teachers = [
            learner("picture", PictureTeacher(tying.count, *spread(bands)), device),
            learner("deep", DeepTeacher(tying.count, *spread(mfcc)), device),
        ]
        school.teach(teachers, options.teachers)
    students = []
    for name in options.only:
        sight, taught = STUDENTS[name]
        network = Network(tying.count, *spread(mfcc), sight)
        students.append(learner(name, network, device, taught))
    school.study(students, teachers, options.students, graph)
    print(f"{time.monotonic() - begun:.0f} s in all")


if __name__ == "__main__":
    stage(main)
