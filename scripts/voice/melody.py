"""Learns melody and timing afresh on top of a finished network, and stops in time.

Beside the sound, which takes an hour to learn, they are soon known by heart: on sentences that do
not train, the errors of pitch, voicing and pauses are smallest after some minutes. So what
`train` made of them is thrown away, and they are learnt alone, on the reading that is there, until
`DEV` (every twentieth prompt, from the tenth on; they train otherwise) gets no better.

Usage: melody.py BUILD_FOLDER CHECKPOINT RESULT [--passes N]
"""

import argparse
from pathlib import Path

import torch
from data import Batch, Recording, batches, collate, load
from network import Frames, Network
from text import prompt_of
from torch import Tensor, nn
from train import BATCH, Losses, judge_melody, judge_timing, scaled

RATE = 1e-3
PASSES = 24
PATIENCE = 5
"""Passes without an improvement."""
PARTS = ("timing", "duration", "into_prosody", "prosody", "melody")
DEV = 10
"""Prompts with this remainder by twenty decide when to stop."""


def fresh(network: Network) -> list[nn.Parameter]:
    """Forget melody and timing; return their parameters, all others being frozen."""
    blank = Network(network.scales)
    for part in PARTS:
        getattr(network, part).load_state_dict(getattr(blank, part).state_dict())
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    own = [parameter for part in PARTS for parameter in getattr(network, part).parameters()]
    for parameter in own:
        parameter.requires_grad_(True)
    return own


def loss_of(network: Network, batch: Batch) -> Tensor:
    """Of melody and timing together."""
    right = scaled(batch, network.scales)
    text = network.read(batch.tokens)
    frames = network.stretch(text, batch.owner, batch.durations)
    made = Frames(*network.sing(frames, batch.inside), right.envelope, right.breath)
    pitch, voiced = judge_melody(made, right, batch)
    taken, duration = judge_timing(*network.time(batch.tokens, text), batch)
    nothing = torch.zeros(())
    return Losses(pitch, voiced, nothing, nothing, taken, duration).total()


def set_mode(network: Network, learning: bool) -> None:
    """Dropout in the parts that learn, nowhere else."""
    network.eval()
    for part in PARTS:
        getattr(network, part).train(learning)


def error(network: Network, batch: Batch) -> float:
    """Without dropout."""
    set_mode(network, learning=False)
    network.training = False
    with torch.no_grad():
        return float(loss_of(network, batch))


def learn(network: Network, recordings: list[Recording], dev: Batch, passes: int) -> None:
    """Train the parts until `dev` gets no better, and go back to the best."""
    optimiser = torch.optim.AdamW(fresh(network), RATE, weight_decay=0.05)
    stream = batches(recordings, BATCH, 0)
    best, kept, since = error(network, dev), network.state_dict(), 0
    for number in range(passes):
        set_mode(network, learning=True)
        network.training = True
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - number / passes)
        for _ in range(len(recordings) // BATCH):
            loss = loss_of(network, next(stream))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
        now = error(network, dev)
        print(f"pass {number + 1}: {now:.4f}", flush=True)
        since = 0 if now < best else since + 1
        if now < best:
            best, kept = now, {name: value.clone() for name, value in network.state_dict().items()}
        if since == PATIENCE:
            break
    network.load_state_dict(kept)


def main() -> None:
    """Read a checkpoint, learn, write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--passes", type=int, default=PASSES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    recordings, held_out = load(options.build)
    dev = collate([r for r in recordings if prompt_of(r.name) % 20 == DEV])
    recordings = [r for r in recordings if prompt_of(r.name) % 20 != DEV]
    smooth = torch.load(options.checkpoint, weights_only=False)["smooth"]
    network = Network(smooth["scales"])
    network.load_state_dict(smooth)
    measured = collate(held_out)
    before = error(network, measured)
    learn(network, recordings, dev, options.passes)
    print(f"held out: {before:.4f} before, {error(network, measured):.4f} now")
    torch.save({"smooth": network.state_dict()}, options.result)


if __name__ == "__main__":
    main()
