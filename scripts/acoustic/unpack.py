"""A checkpoint to go on from, made of an exported model: training can be continued anywhere.

Checkpoints stay on the machine that made them; models are in the repository. What `export` folded
is unfolded: the maps come back as they are, with 8 bits a weight; the batch norms, whose means went
into the biases behind them, are measured anew on the training shards. Of a model that `export` made
of several networks, `--member` says which.

Usage: unpack.py BUILD_FOLDER MODEL_FOLDER CHECKPOINT [--member N] [--sight far|near]
"""

import argparse
import struct
from errno import ENOENT
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from export import TYING, member_name
from kaldi import byte_curve, token
from network import SHORTCUT, SIGHTS, Layer, Network, Norm
from stage import stage
from torch import Tensor, nn
from train import Data, Run, is_noise, load, optimiser_for, pdf_priors, training_files, windows
from units import Tying, read_tying

BATCHES = 40
"""Batches on which the norms are measured."""

Floats = npt.NDArray[np.float64]


def affine(model: bytes, name: str) -> tuple[Floats, Floats]:
    """Weights, shape (outputs, inputs), and bias of a component that `kaldi.fixed_affine` wrote.

    Raises:
        ValueError: if there is no such component.
    """
    start = token("<ComponentName>") + token(name) + token("<FixedAffineComponent>")
    start += token("<LinearParams>") + token("CM")
    at = model.index(start) + len(start)
    low, span, rows, columns = struct.unpack_from("<ffii", model, at)
    at += struct.calcsize("<ffii")
    marks = np.frombuffer(model, "<u2", 4 * columns, at).reshape(columns, 4).T
    at += marks.nbytes
    codes = np.frombuffer(model, np.uint8, rows * columns, at).reshape(columns, rows).T
    at += codes.nbytes + len(token("<BiasParams>") + token("FV")) + 1
    bias = np.frombuffer(model, "<f4", rows, at + 4).astype(np.float64)
    curves = byte_curve(low + span / 65535 * marks.astype(np.float64))
    return np.take_along_axis(curves, codes.astype(np.int64), axis=0), bias


def as_tensor(values: Floats) -> Tensor:
    """For a parameter."""
    return torch.from_numpy(values.astype(np.float32))


def fill(linear: nn.Linear, weights: Floats, bias: Floats | None = None) -> None:
    """Set parameters."""
    linear.weight.data = as_tensor(weights)
    if bias is not None:
        linear.bias.data = as_tensor(bias)


def fill_network(network: Network, model: bytes, member: str) -> Floats:
    """Set all parameters but the output's bias, which is given back as the model has it."""
    weights, bias = affine(model, f"{member}entry")
    mean, scale = network.entry_statistics()
    fill(network.entry, weights * scale, bias + weights @ mean)
    for number, layer in enumerate(network.layers, 1):
        fill(cast(Layer, layer).linear, affine(model, f"{member}linear{number}")[0])
        fill(cast(Layer, layer).affine, *affine(model, f"{member}affine{number}"))
    weights, bias = affine(model, f"{member}scores")
    fill(network.output, weights)
    return bias


def norms(network: Network) -> list[Norm]:
    """All batch norms, from the input on."""
    return [network.entry_norm, *(cast(Layer, layer).norm for layer in network.layers)]


def measure_norms(network: Network, data: Data, tying: Tying) -> Floats:
    """Let the norms settle on changed training data.

    Returns:
        by how much the exported model's last values are above the network's, shape (WIDE,).
    """
    for norm in norms(network):
        norm.momentum = None  # the plain mean of all batches
        norm.reset_running_stats()
    batches = windows(data, tying, np.random.default_rng(0))
    with torch.no_grad():
        for _ in range(BATCHES):
            network(next(batches)[0])
    shift = np.zeros(network.output.in_features)
    for number, norm in enumerate(norms(network)):
        mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
        share = SHORTCUT if number else 0.0
        shift = share * shift + (mean / (variance + norm.eps).sqrt()).numpy().astype(np.float64)
        norm.momentum = 0.1
    return shift


def main() -> None:
    """Write a checkpoint without steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--member", type=int, default=1, help="which network, from 1")
    parser.add_argument("--sight", choices=SIGHTS, default="far", help="how far back it sees")
    options = parser.parse_args()
    files = training_files(options.build)
    if all(is_noise(file.name) for file in files):
        raise FileNotFoundError(ENOENT, "no file", "A shard of features.py with speech in it")
    data = load(files)
    tying = read_tying(options.model / TYING)
    some = data.mfcc[::50].astype(np.float32)
    network = Network(tying.count, some.mean(0), some.std(0), options.sight)
    model = (options.model / "am/final.mdl").read_bytes()
    bias = fill_network(network, model, member_name(options.member - 1))
    shift = measure_norms(network, data, tying)
    weights = network.output.weight.detach().numpy().astype(np.float64)
    network.output.bias.data = as_tensor(bias + weights @ shift)
    priors = pdf_priors(data.counts(), tying)
    Run(network, tying, priors, optimiser_for(network), 0, 0.0).save(options.checkpoint)


if __name__ == "__main__":
    stage(main)
