"""The acoustic network of a model made here, read from `am/final.mdl`, without Vosk.

Vosk tells words, and never how well each sound fitted. The file is Kaldi's binary format
(nnet-nnet.cc, compressed-matrix.cc): lines that say what goes into which component, and the
components' 8-bit weights, as `scripts/acoustic/kaldi.py` writes them.
"""

import re
import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FILE = "am/final.mdl"
STRIDE = 3
"""Frames of 10 ms for each output."""
BACK, AHEAD = 16, 3
"""Frames of 30 ms that the network sees, and a little more; the first and last are repeated."""
BYTES = 256
"""As many values has one."""
INPUT = "input"
NODE = re.compile(r"^(?:component|output)-node name=(\S+) .*?input=(.+?)(?: objective=\w+)?$", re.M)
CALL = re.compile(r"(Append|Sum|Offset|Scale)\((.+)\)")
COMPONENT = re.compile(rb"<ComponentName> (\S+) <(\w+)Component> ")
PRIORS = b"<Priors> FV \x04"
MATRIX = b"<LinearParams> CM "
VECTOR = b"<BiasParams> FV \x04"


class Component(NamedTuple):
    """One step; weights, shape (inputs, outputs), and bias only of an affine one."""

    kind: str
    weights: Floats
    bias: Floats


class Network:
    """How well each sound fits each frame.

    Args:
        model: a model's folder.

    Raises:
        OSError: if its file cannot be read.
        ValueError, KeyError, IndexError, struct.error: if it is not of the kind that is made here.
    """

    def __init__(self, model: Path) -> None:
        data = (model / FILE).read_bytes()
        start, end = data.find(b"<Nnet3>"), data.find(b"<NumComponents>")
        if start < 0 or end < 0 or PRIORS not in data:
            raise ValueError("no network in it")
        self._inputs = dict(NODE.findall(data[start:end].decode("ascii")))
        self._components = {
            match[1].decode(): _component(data, match) for match in COMPONENT.finditer(data)
        }
        self._priors = np.log(_vector(data, data.rindex(PRIORS) + len(PRIORS)))

    def fits(self, cepstra: Floats) -> Floats:
        """Logarithm of the likelihood of each sound in each 30 ms, but for a constant.

        Args:
            cepstra: shape (frames of 10 ms, 40), at least one frame.

        Returns:
            shape (frames of 30 ms, sounds).
        """
        around = (BACK * STRIDE, AHEAD * STRIDE)
        values = {INPUT: np.pad(cepstra, (around, (0, 0)), mode="edge")}
        for name, inputs in self._inputs.items():
            values[name] = _through(self._components.get(name), _joined(inputs, values))
        found: Floats = values["output"][BACK:-AHEAD] - self._priors
        return found


def _through(component: Component | None, values: Floats) -> Floats:
    if component is None:
        return values
    match component.kind:
        case "FixedAffine":
            return values @ component.weights + component.bias
        case "RectifiedLinear":
            return np.maximum(values, 0)
        case "LogSoftmax":
            top = values - values.max(axis=1, keepdims=True)
            return np.asarray(top - np.log(np.exp(top).sum(axis=1, keepdims=True)))
        case _:
            return values


def _joined(inputs: str, values: dict[str, Floats]) -> Floats:
    """What an expression of Kaldi's comes to, such as ``Append(Offset(a, -3), a)``."""
    call = CALL.fullmatch(inputs)
    if call is None:
        return _at(values, inputs, 0)
    parts = _parts(call[2])
    match call[1]:
        case "Append":
            return np.concatenate([_joined(part, values) for part in parts], axis=1)
        case "Sum":
            return np.asarray(sum(_joined(part, values) for part in parts))
        case "Offset":
            return _at(values, parts[0], int(parts[1]))
        case _:
            return np.float32(parts[0]) * _joined(parts[1], values)


def _at(values: dict[str, Floats], name: str, offset: int) -> Floats:
    """A node's values so many frames of 10 ms later, every 30 ms; the edges are repeated."""
    every = STRIDE if name == INPUT else 1
    known = values[name]
    if not offset and every == 1:
        return known
    places = np.arange(0, len(known), every) + (offset if every == STRIDE else offset // STRIDE)
    return known[np.clip(places, 0, len(known) - 1)]


def _parts(inside: str) -> list[str]:
    """Split at commas that are in no parentheses."""
    parts, depth = [""], 0
    for sign in inside:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _component(data: bytes, match: re.Match[bytes]) -> Component:
    kind, nothing = match[2].decode(), np.zeros(0, np.float32)
    if kind != "FixedAffine":
        return Component(kind, nothing, nothing)
    at = match.end() + len(MATRIX)
    low, span, rows, columns = struct.unpack_from("<ffii", data, at)
    at += struct.calcsize("<ffii")
    marks = np.frombuffer(data, "<u2", 4 * columns, at).reshape(columns, 4)
    at += marks.nbytes
    codes = np.frombuffer(data, np.uint8, rows * columns, at).reshape(columns, rows)
    curves = ((low + span / 65535 * marks) @ _bends()).astype(np.float32)
    weights = curves.ravel().take(codes + BYTES * np.arange(columns)[:, None])
    return Component(kind, weights, _vector(data, at + codes.nbytes + len(VECTOR)))


@cache
def _bends() -> npt.NDArray[np.float64]:
    """What each byte has of a column's four marks, straight between two: shape (4, 256)."""
    marks = (0, 64, 192, 255)
    return np.stack([np.interp(np.arange(BYTES), marks, mark) for mark in np.eye(4)])


def _vector(data: bytes, at: int) -> Floats:
    (count,) = struct.unpack_from("<i", data, at)
    return np.frombuffer(data, "<f4", count, at + 4)
