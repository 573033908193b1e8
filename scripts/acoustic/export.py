"""Writes trained networks as one Vosk model: am/final.mdl, conf/, graph/phones/.

`graph.py` writes the rest of graph/. Batch norms are folded into the maps: a ReLU's scale goes
before it (1 / deviation is positive), and what is subtracted after it, a constant, is followed
through the shortcuts and added to the biases of whatever comes next.

Several networks that tell the same units apart become one, whose scores are the means of theirs:
what one has learnt by heart another has not (Hansen and Salamon, "Neural network ensembles", 1990).

Usage: export.py CHECKPOINT... MODEL_FOLDER
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import cast

import kaldi
import numpy as np
import numpy.typing as npt
import torch
from checkpoint import restore
from network import (
    ENTRY,
    LEFT_CONTEXT,
    RIGHT_CONTEXT,
    SHORTCUT,
    SIGHTS,
    WIDE,
    Layer,
    Network,
    Reach,
)
from phones import pdf_of_phones, word_kinds
from stage import stage
from torch import nn
from units import Tying, write_tying

Floats = npt.NDArray[np.float64]

TYING = "graph/phones/units.txt"
"""Where a model keeps its units' pdfs, for `graph`; Vosk does not look at it."""

PRIOR_FLOOR = 1e-4
"""Added to each prior: dividing by a tiny one would make rare sounds win."""

MFCC_CONF = """\
--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--dither=0
"""

CHUNK, UNHURRIED_CHUNK = 6, 21
"""Frames of 10 ms that are heard at once: at a microphone, and of sound that is there already
(README.md, "Decisions, and their reasons")."""
MODEL_CONF = """\
--min-active=50
--max-active=1000
--beam=9.0
--lattice-beam=6.0
--phone-determinize=false
--acoustic-scale=0.5
--frame-subsampling-factor=3
--frames-per-chunk={chunk}
--endpoint.silence-phones=1:2
"""
AT_A_MICROPHONE = """\
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.7
--endpoint.rule4.min-trailing-silence=1.0
"""
UNHURRIED = "".join(f"--endpoint.rule{n}.min-trailing-silence=60\n" for n in range(1, 6))
"""No endpoints: what is left of a chunk there would be heard as the beginning of the next sound."""


@dataclass
class Writer:
    """Nodes and components of a model, in order, and what is known about the last values.

    Attributes:
        member: comes before the names of what is added: nothing for the first network.
        values: name of the node that holds the newest values.
        shift: constant by which they are too high, shape (WIDE,).
    """

    nodes: list[str] = field(default_factory=lambda: ["input-node name=input dim=40"])
    components: dict[str, bytes] = field(default_factory=dict)
    member: str = ""
    values: str = "input"
    shift: Floats = field(default_factory=lambda: np.zeros(0))

    def add(self, name: str, component: bytes, inputs: str) -> str:
        """A component and a node of the same name, which is given back."""
        name = self.member + name
        self.components[name] = component
        self.nodes.append(f"component-node name={name} component={name} input={inputs}")
        return name

    def relu(self, name: str, inputs: str) -> str:
        """A ReLU over WIDE values."""
        return self.add(name, kaldi.nonlinear("RectifiedLinear", WIDE), inputs)


def spliced(node: str, offsets: tuple[int, ...]) -> str:
    """Kaldi's description of a node's values at several frames, one after the other."""
    parts = [node if offset == 0 else f"Offset({node}, {offset})" for offset in offsets]
    return parts[0] if len(parts) == 1 else f"Append({', '.join(parts)})"


def weights_of(linear: nn.Linear) -> Floats:
    """Weights, shape (outputs, inputs); frames side by side are as Kaldi has them."""
    return linear.weight.detach().numpy().astype(np.float64)


def bias_of(linear: nn.Linear) -> Floats:
    """Bias, shape (outputs,)."""
    return linear.bias.detach().numpy().astype(np.float64)


def norm_of(norm: nn.BatchNorm1d) -> tuple[Floats, Floats]:
    """Mean and deviation that a batch norm has settled on."""
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        raise ValueError("a batch norm without statistics")
    deviation = np.sqrt(variance.numpy().astype(np.float64) + norm.eps)
    return mean.numpy().astype(np.float64), deviation


def write_entry(writer: Writer, network: Network) -> None:
    """The first map; it also undoes the scaling of the inputs."""
    mean, scale = network.entry_statistics()
    norm_mean, norm_scale = norm_of(network.entry_norm)
    weights = weights_of(network.entry) / scale
    bias = bias_of(network.entry) - weights @ mean
    component = kaldi.fixed_affine(weights / norm_scale[:, None], bias / norm_scale)
    offsets = tuple(range(ENTRY[0], ENTRY[1] + 1))
    node = writer.add("entry", component, spliced("input", offsets))
    writer.values = writer.relu("values0", node)
    writer.shift = norm_mean / norm_scale


def write_layer(writer: Writer, layer: Layer, reach: Reach, number: int) -> None:
    """One factorised layer with its shortcut."""
    narrow_weights = weights_of(layer.linear)
    narrow_bias = -narrow_weights @ np.tile(writer.shift, 2)
    narrow = writer.add(
        f"linear{number}",
        kaldi.fixed_affine(narrow_weights, narrow_bias),
        spliced(writer.values, (-reach.back, 0)),
    )
    mean, scale = norm_of(layer.norm)
    wide = writer.add(
        f"affine{number}",
        kaldi.fixed_affine(
            weights_of(layer.affine) / scale[:, None], bias_of(layer.affine) / scale
        ),
        spliced(narrow, (0, reach.ahead) if reach.ahead else (0,)),
    )
    positive = writer.relu(f"relu{number}", wide)
    total = f"Sum(Scale({SHORTCUT:.8f}, {writer.values}), {positive})"
    writer.values = writer.add(f"values{number}", kaldi.no_op(WIDE), total)
    writer.shift = SHORTCUT * writer.shift + mean / scale


def write_network(writer: Writer, network: Network, member: str) -> str:
    """A network, from the input to the logarithms of its probabilities; the name of their node."""
    writer.member = member
    write_entry(writer, network)
    layers = zip(network.layers, SIGHTS[network.sight], strict=True)
    for number, (layer, reach) in enumerate(layers, 1):
        write_layer(writer, cast(Layer, layer), reach, number)
    weights = weights_of(network.output)
    bias = bias_of(network.output) - weights @ writer.shift
    scores = writer.add("scores", kaldi.fixed_affine(weights, bias), writer.values)
    return writer.add("log", kaldi.nonlinear("LogSoftmax", network.output.out_features), scores)


def member_name(number: int) -> str:
    """What comes before the names of a network's nodes; the first one's have nothing."""
    return f"member{number + 1}-" if number else ""


def networks_bytes(networks: Sequence[Network]) -> bytes:
    """One network in Kaldi's format that gives the mean of all scores.

    It is no probability's logarithm, but too low by a number that all pdfs of a frame share.
    """
    writer = Writer()
    logs = [
        write_network(writer, network, member_name(number))
        for number, network in enumerate(networks)
    ]
    shares = [f"Scale({1 / len(logs):.8f}, {log})" for log in logs]
    mean = reduce("Sum({}, {})".format, shares) if len(shares) > 1 else logs[0]
    writer.nodes.append(f"output-node name=output input={mean} objective=linear")
    return kaldi.nnet(writer.nodes, writer.components)


def read_checkpoints(files: Sequence[Path]) -> tuple[list[Network], Tying, Floats]:
    """Networks that tell the same units apart, and the priors of the first.

    Raises:
        ValueError: if they tell different units apart.
    """
    states = [torch.load(file, weights_only=False) for file in files]
    networks, tyings = zip(*map(restore, states), strict=True)
    for file, tying in zip(files, tyings, strict=True):
        if tying != tyings[0]:
            raise ValueError(f"{file} tells other units apart than {files[0]}: train it --like it")
    for network in networks:
        network.eval()
    return list(networks), tyings[0], states[0]["priors"]


def export(checkpoints: Sequence[Path], model: Path) -> None:
    """Write everything but the graph."""
    networks, tying, priors = read_checkpoints(checkpoints)
    priors = priors + PRIOR_FLOOR
    for folder in ("am", "conf", "graph/phones"):
        (model / folder).mkdir(parents=True, exist_ok=True)
    context = (LEFT_CONTEXT, RIGHT_CONTEXT)
    (model / "am/final.mdl").write_bytes(
        kaldi.acoustic_model(
            pdf_of_phones(tying), networks_bytes(networks), context, priors / priors.sum()
        )
    )
    (model / "conf/mfcc.conf").write_text(MFCC_CONF)
    (model / "conf/model.conf").write_text(MODEL_CONF.format(chunk=CHUNK) + AT_A_MICROPHONE)
    unhurried = MODEL_CONF.format(chunk=UNHURRIED_CHUNK) + UNHURRIED
    (model / "conf/unhurried.conf").write_text(unhurried)
    write_tying(tying, model / TYING)
    kinds = "".join(f"{line}\n" for line in word_kinds(tying))
    (model / "graph/phones/word_boundary.int").write_text(kinds)


def main() -> None:
    """Export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    export(options.checkpoints, options.model)


if __name__ == "__main__":
    stage(main)
