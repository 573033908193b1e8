"""Makes a Piper voice out of a checkpoint: VOICE.onnx and VOICE.onnx.json.

Inputs `input` (phoneme numbers, shape (1, phonemes)), `input_lengths` (1) and `scales` (noise,
length, noise of lengths) as Piper's own voices have; output shape (1, 1, samples). The two noises
do nothing: a line always sounds the same. Weights are stored as 16-bit floating point.

Usage: export.py CHECKPOINT VOICE.onnx
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from data import STRIDE
from network import Network
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from sound import BANDS, RATE
from text import ESPEAK_VOICE, number
from torch import Tensor, nn
from vocoder import Vocoder

SMALL = 256
"""Tensors of fewer numbers stay as they are."""
CALM = 1.15
"""Length scale: the speaker read somewhat faster than a coach should talk."""
LIVELY = 1.25
"""Pitch moves so many times as far from its mean: the mean of all melodies that would do, which is
what a network learns, moves less than any of them (2.1 against 3.0 semitones, deviation)."""
LONGEST_REST = 60
"""Frames."""
OPSET = 17


class Voice(nn.Module):
    """Text network, acoustic network and vocoder, one sentence at a time."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.vocoder = Vocoder()

    def lengths(self, tokens: Tensor, text: Tensor, scale: Tensor) -> Tensor:
        """Frames of each phoneme, an even number in all, shape (tokens,)."""
        taken, length = self.network.time(tokens, text)
        exact = torch.exp(length[0]).clamp(max=LONGEST_REST) * (taken[0] > 0).float() * scale
        ends = torch.round(torch.cumsum(exact, 0)).long()
        total = ends[-1:] + STRIDE + torch.remainder(ends[-1:], STRIDE)
        ends = torch.cat([ends[:-1], total])
        return ends - torch.cat([torch.zeros_like(total), ends[:-1]])

    def forward(self, tokens: Tensor, lengths: Tensor, scales: Tensor) -> Tensor:
        """Speak, shape (1, 1, samples)."""
        ids = tokens[0, : lengths[0]]
        kept = torch.nonzero(ids)[:, 0]
        tokens = ids[kept].unsqueeze(0)
        text = self.network.read(tokens)
        durations = self.lengths(tokens, text, scales[1])
        ends = torch.cumsum(durations, 0)
        times = torch.arange(ends[-1])
        owner = (ends.unsqueeze(0) <= times.unsqueeze(1)).long().sum(1).unsqueeze(0)
        frames = self.network.stretch(text, owner, durations.unsqueeze(0))
        inside = torch.ones_like(frames[:, :, 0])
        pitch, voiced = self.network.sing(frames, inside)
        sung = torch.sigmoid(4 * voiced)
        made = self.network.speak(frames, pitch, sung, inside)
        middle, spread = self.network.scales
        sound = self.vocoder(
            torch.exp(pitch[0] * LIVELY * spread[0] + middle[0]),
            sung[0],
            made.envelope[0] * spread[1 : 1 + BANDS] + middle[1 : 1 + BANDS],
            made.breath[0] * spread[1 + BANDS :] + middle[1 + BANDS :],
        )
        return sound.reshape(1, 1, -1)


def restore(file: Path) -> Voice:
    """The voice of a checkpoint, with its smoothed weights."""
    smooth = torch.load(file, weights_only=False)["smooth"]
    network = Network(smooth["scales"])
    network.load_state_dict(smooth)
    return Voice(network).eval()


def halve(model: onnx.ModelProto) -> None:
    """Store large weights as 16-bit floats; the graph casts them back."""
    nodes = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALL:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        nodes.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    old = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *old])


def settings() -> dict[str, object]:
    """What Piper wants to know about a voice."""
    return {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "dataset": "kathleen",
        "espeak": {"voice": ESPEAK_VOICE},
        "language": {"code": "en_US"},
        "inference": {"noise_scale": 0.0, "length_scale": CALM, "noise_w": 0.0},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "piper_version": "1.8.0",
    }


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("voice", type=Path)
    options = parser.parse_args()
    example = [number("^"), 0, *(number(p) for p in "hɛləʊ"), 0, number("$")]
    tokens = torch.tensor([example])
    torch.onnx.export(
        restore(options.checkpoint),
        (tokens, torch.tensor([len(example)]), torch.tensor([0.0, 1.0, 0.0])),
        str(options.voice),
        input_names=["input", "input_lengths", "scales"],
        output_names=["output"],
        dynamic_axes={"input": {1: "phonemes"}, "output": {2: "samples"}},
        opset_version=OPSET,
        do_constant_folding=False,
        dynamo=False,
    )
    model = onnx.load(str(options.voice))
    halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(options.voice))
    config = options.voice.with_name(options.voice.name + ".json")
    config.write_text(json.dumps(settings(), ensure_ascii=False, indent=1) + "\n")
    print(f"{options.voice}: {options.voice.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
