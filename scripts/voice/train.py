"""Trains the acoustic model.

Absolute errors of pitch, envelope and breathiness at the recorded durations, errors of voicing and
durations, and from `CRITIC_FROM` of the time on the verdict of `judge`. The learning rate falls to
nothing by the end of `--minutes`, which count only the time spent training: an interrupted run goes
on from CHECKPOINT as if nothing had happened. A finished one is continued by more minutes.

Usage: train.py BUILD_FOLDER CHECKPOINT --minutes M [--rate R] [--threads N]
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import Batch, Recording, batches, collate, load
from judge import PATCH, Judge, patches, starts_within
from network import Frames, Network, parameters_of
from torch import Tensor, nn

BATCH = 16
WARM_UP = 200
CRITIC_FROM = 0.35
CHECKPOINT_SECONDS = 120
KEPT = 0.998
"""Of the running mean of weights that is exported."""
VERDICT, LIKENESS = 0.3, 1.0
"""Weights of the critic's verdict and of its features."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Errors of one batch; scaled features, so that all are of one size."""

    pitch: Tensor
    voiced: Tensor
    envelope: Tensor
    breath: Tensor
    taken: Tensor
    duration: Tensor

    def total(self) -> Tensor:
        """What is made small."""
        return (
            self.pitch
            + 0.5 * self.voiced
            + self.envelope
            + 0.5 * self.breath
            + 0.3 * self.taken
            + 0.5 * self.duration
        )


def scales_of(recordings: list[Recording]) -> Tensor:
    """Mean and deviation of all features, shape (2, features)."""
    rows = np.concatenate(
        [np.concatenate([r.pitch[:, None], r.envelope, r.breath], axis=1) for r in recordings]
    )
    return torch.from_numpy(np.stack([rows.mean(0), rows.std(0)]).astype(np.float32))


def scaled(batch: Batch, scales: Tensor) -> Frames:
    """A batch's own frames as the network should make them."""
    (pitch, *_), envelope, breath = scales[0].split([1, 80, scales.shape[1] - 81])
    (spread, *_), envelopes, breaths = scales[1].split([1, 80, scales.shape[1] - 81])
    return Frames(
        (batch.pitch - pitch) / spread * batch.inside,
        batch.voiced,
        (batch.envelope - envelope) / envelopes * batch.inside.unsqueeze(2),
        (batch.breath - breath) / breaths * batch.inside.unsqueeze(2),
    )


def mean(values: Tensor, weights: Tensor) -> Tensor:
    """Of what counts."""
    return (values * weights).sum() / weights.sum().clamp(min=1)


def judge_melody(made: Frames, right: Frames, batch: Batch) -> tuple[Tensor, Tensor]:
    """Errors of pitch and voicing."""
    voicing = nn.functional.binary_cross_entropy_with_logits(
        made.voiced.float(), batch.voiced, reduction="none"
    )
    sung = batch.inside * (0.1 + batch.voiced)
    return mean((made.pitch - right.pitch).abs(), sung), mean(voicing, batch.inside)


def judge_sound(made: Frames, right: Frames, batch: Batch) -> tuple[Tensor, Tensor]:
    """Errors of envelope and breathiness."""
    return (
        mean((made.envelope - right.envelope).abs().mean(2), batch.inside),
        mean((made.breath - right.breath).abs().mean(2), batch.inside * (0.05 + batch.voiced)),
    )


def judge_timing(taken: Tensor, length: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Errors of whether phonemes take time, and how much."""
    takes, there = (batch.durations > 0).float(), (batch.tokens > 0).float()
    presence = nn.functional.binary_cross_entropy_with_logits(
        taken.float(), takes, reduction="none"
    )
    target = torch.log(batch.durations.float().clamp(min=1))
    return mean(presence, there), mean((length.float() - target).abs(), there * takes)


def run_network(network: Network, batch: Batch, right: Frames) -> tuple[Frames, Losses]:
    """Everything once, at the recorded durations and pitch."""
    text = network.read(batch.tokens)
    timing = judge_timing(*network.time(batch.tokens, text), batch)
    frames = network.stretch(text, batch.owner, batch.durations)
    pitch, voiced = network.sing(frames, batch.inside)
    made = network.speak(frames, right.pitch, batch.voiced, batch.inside)
    made = Frames(pitch.float(), voiced.float(), made.envelope.float(), made.breath.float())
    melody, sound = judge_melody(made, right, batch), judge_sound(made, right, batch)
    return made, Losses(*melody, *sound, *timing)


@dataclass
class Run:
    """A training run: all that a checkpoint holds."""

    network: Network
    critic: Judge
    smooth: dict[str, Tensor]
    optimisers: tuple[torch.optim.Optimizer, torch.optim.Optimizer]
    steps: int = 0
    seconds: float = 0.0

    def save(self, file: Path) -> None:
        """Write a checkpoint; the old one stays whole until the new one is."""
        unfinished = file.with_suffix(".part")
        state = {
            "network": self.network.state_dict(),
            "critic": self.critic.state_dict(),
            "smooth": self.smooth,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "steps": self.steps,
            "seconds": self.seconds,
        }
        torch.save(state, unfinished)
        unfinished.rename(file)


def begin(recordings: list[Recording], file: Path) -> Run:
    """Go on with a checkpoint, or afresh."""
    network, critic = Network(scales_of(recordings)), Judge()
    optimisers = (
        torch.optim.AdamW(network.parameters(), betas=(0.9, 0.99), weight_decay=1e-2),
        torch.optim.AdamW(critic.parameters(), betas=(0.5, 0.9), weight_decay=1e-2),
    )
    run = Run(network, critic, {}, optimisers)
    if file.exists():
        state: dict[str, Any] = torch.load(file, weights_only=False)
        network.load_state_dict(state["network"])
        critic.load_state_dict(state["critic"])
        for optimiser, kept in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        run.smooth, run.steps, run.seconds = state["smooth"], state["steps"], state["seconds"]
    return run


def follow(run: Run) -> None:
    """Move the running mean of the weights."""
    kept = min(KEPT, (1 + run.steps) / (10 + run.steps))
    with torch.no_grad():
        for name, value in run.network.state_dict().items():
            old = run.smooth.get(name)
            run.smooth[name] = value.clone() if old is None else old.lerp(value, 1 - kept)


def train_critic(run: Run, right: Tensor, made: Tensor) -> None:
    """One step of the critic."""
    real, fake = run.critic(torch.cat([right, made.detach()]))[0].float().chunk(2)
    loss = torch.square(real - 1).mean() + torch.square(fake).mean()
    run.optimisers[1].zero_grad()
    loss.backward()
    run.optimisers[1].step()


def convince(run: Run, right: Tensor, made: Tensor) -> Tensor:
    """What the critic adds to the loss."""
    verdict, seen = run.critic(made)
    with torch.no_grad():
        _, wanted = run.critic(right)
    alike = sum((a.float() - b.float()).abs().mean() for a, b in zip(seen, wanted, strict=True))
    return VERDICT * torch.square(verdict.float() - 1).mean() + LIKENESS * alike / len(seen)


def learn(run: Run, batch: Batch, rate: float, critical: bool, dice: torch.Generator) -> Losses:
    """One step."""
    for optimiser, share in zip(run.optimisers, (1.0, 0.5), strict=True):
        for group in optimiser.param_groups:
            group["lr"] = rate * share
    right = scaled(batch, run.network.scales)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made, losses = run_network(run.network, batch, right)
    loss = losses.total()
    if critical and batch.inside.shape[1] >= PATCH:
        starts = starts_within(batch.inside.sum(1), dice)
        sung = Frames(right.pitch, made.voiced, made.envelope, made.breath)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mine = patches(sung, batch.voiced, starts)
            theirs = patches(right, batch.voiced, starts)
            train_critic(run, theirs, mine)
            loss = loss + convince(run, theirs, mine)
    run.optimisers[0].zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    run.optimisers[0].step()
    run.steps += 1
    follow(run)
    return losses


def report(run: Run, mean_losses: dict[str, float], held_out: list[Recording]) -> None:
    """One line: how far, and how good on recordings that it never heard."""
    measured = Network(run.network.scales)
    measured.load_state_dict(run.smooth)
    measured.eval()
    batch = collate(held_out[:40])
    right = scaled(batch, measured.scales)
    with torch.no_grad():
        made, losses = run_network(measured, batch, right)
    inside = batch.inside.bool()
    liveliness = made.envelope[inside].std(0).mean() / right.envelope[inside].std(0).mean()
    text = ", ".join(
        f"{name} {mean_losses[name]:.3f}/{float(getattr(losses, name)):.3f}"
        for name in Losses.__dataclass_fields__
    )
    print(
        f"{run.seconds / 60:5.1f} min, step {run.steps}: {text}; variance {liveliness:.3f}",
        flush=True,
    )


def train(
    run: Run, recordings: list[Recording], held_out: list[Recording], file: Path, plan: Any
) -> None:
    """Train until the minutes are used up."""
    stream = batches(recordings, BATCH, run.steps)
    dice = torch.Generator().manual_seed(run.steps)
    means: dict[str, float] = {}
    unsaved, last = 0.0, time.monotonic()
    while run.seconds < plan.minutes * 60:
        done = run.seconds / (plan.minutes * 60)
        rate = plan.rate * min(1.0, run.steps / WARM_UP) * max(0.02, 1 - done)
        losses = learn(run, next(stream), rate, done > CRITIC_FROM, dice)
        for name in Losses.__dataclass_fields__:
            value = float(getattr(losses, name).detach())
            means[name] = 0.98 * means.get(name, value) + 0.02 * value
        now = time.monotonic()
        run.seconds += now - last
        unsaved += now - last
        last = now
        if unsaved > CHECKPOINT_SECONDS:
            run.save(file)
            report(run, means, held_out)
            unsaved, last = 0.0, time.monotonic()
    run.save(file)
    report(run, means, held_out)


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    recordings, held_out = load(options.build)
    run = begin(recordings, options.checkpoint)
    frames = sum(len(r.pitch) for r in recordings)
    print(f"{frames / 6000:.0f} minutes, {parameters_of(run.network)} parameters", flush=True)
    train(run, recordings, held_out, options.checkpoint, options)


if __name__ == "__main__":
    main()
