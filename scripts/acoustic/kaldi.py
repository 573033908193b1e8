"""Kaldi's binary file formats, as far as an acoustic model needs them.

Every function gives bytes; a file is `HEADER` and then one object. Layouts are those of Kaldi's
own `Write` functions (io-funcs-inl.h, kaldi-matrix.cc, compressed-matrix.cc, nnet-nnet.cc,
transition-model.cc, hmm-topology.cc). All numbers are little-endian.
"""

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

HEADER = b"\0B"
Floats = npt.NDArray[np.float64]


def token(name: str) -> bytes:
    """A word and a space."""
    return name.encode() + b" "


def integer(value: int) -> bytes:
    """A 32-bit integer behind its size."""
    return b"\x04" + struct.pack("<i", value)


def real(value: float) -> bytes:
    """A 32-bit float behind its size."""
    return b"\x04" + struct.pack("<f", value)


def integers(values: Sequence[int]) -> bytes:
    """A vector of 32-bit integers."""
    return b"\x04" + struct.pack("<i", len(values)) + np.array(values, dtype="<i4").tobytes()


def vector(values: Floats) -> bytes:
    """A vector of 32-bit floats."""
    return token("FV") + integer(len(values)) + values.astype("<f4").tobytes()


def byte_curve(marks: Floats) -> Floats:
    """What each byte means in a column of a compressed matrix.

    Args:
        marks: shape (4, columns), the column's values at bytes 0, 64, 192 and 255.

    Returns:
        shape (256, columns), straight lines between the marks.
    """
    byte = np.arange(256.0)
    columns = [np.interp(byte, [0, 64, 192, 255], column) for column in marks.T]
    return np.stack(columns, axis=1)


def column_marks(values: Floats, low: float, span: float) -> npt.NDArray[np.uint16]:
    """Minimum, quartiles and maximum of each column, in 65535ths of the span.

    Each is at least one above the mark before, as Kaldi's reader wants it.

    Returns:
        shape (4, columns).
    """
    ordered = np.sort(values, axis=0)
    rows = len(values)
    picked = ordered[[0, rows // 4, 3 * (rows // 4), rows - 1]]
    marks = np.rint((picked - low) / span * 65535).astype(np.int64)
    for number in range(4):
        least = number if number == 0 else marks[number - 1] + 1
        marks[number] = np.clip(marks[number], least, 65535 - (3 - number))
    return marks.astype(np.uint16)


def compress(values: Floats) -> tuple[bytes, Floats]:
    """A matrix with one byte per number (Kaldi's "CM"), and the numbers that come out of it.

    Args:
        values: shape (rows, columns).
    """
    low, high = float(values.min()), float(values.max())
    span = max(high - low, 1e-8)
    marks = column_marks(values, low, span)
    curves = byte_curve(low + span / 65535 * marks)
    codes = np.empty(values.shape, dtype=np.uint8)
    for column, curve in enumerate(curves.T):
        middles = (curve[1:] + curve[:-1]) / 2
        codes[:, column] = np.searchsorted(middles, values[:, column])
    rows, columns = values.shape
    start = token("CM") + struct.pack("<ffii", low, span, rows, columns)
    body = start + marks.T.astype("<u2").tobytes() + codes.T.tobytes()
    return body, np.take_along_axis(curves, codes.astype(np.int64), axis=0)


def fixed_affine(weights: Floats, bias: Floats) -> bytes:
    """An affine component; weights (outputs, inputs)."""
    return b"".join(
        (
            token("<FixedAffineComponent>"),
            token("<LinearParams>"),
            compress(weights)[0],
            token("<BiasParams>"),
            vector(bias),
            token("</FixedAffineComponent>"),
        )
    )


def nonlinear(kind: str, size: int) -> bytes:
    """A component without parameters: RectifiedLinear or LogSoftmax; its statistics are empty."""
    nothing = vector(np.zeros(0))
    return b"".join(
        (
            token(f"<{kind}Component>"),
            token("<Dim>"),
            integer(size),
            token("<ValueAvg>"),
            nothing,
            token("<DerivAvg>"),
            nothing,
            token("<Count>"),
            real(0),
            token("<OderivRms>"),
            nothing,
            token("<OderivCount>"),
            real(0),
            token("<NumDimsSelfRepaired>"),
            real(0),
            token("<NumDimsProcessed>"),
            real(0),
            token(f"</{kind}Component>"),
        )
    )


def no_op(size: int) -> bytes:
    """A component that gives out what comes in, so that a sum has a name."""
    return b"".join(
        (
            token("<NoOpComponent>"),
            token("<Dim>"),
            integer(size),
            token("<BackpropScale>"),
            real(1),
            token("</NoOpComponent>"),
        )
    )


def nnet(nodes: Sequence[str], components: dict[str, bytes]) -> bytes:
    """A network: the config lines of its nodes, and its components by name."""
    parts = [token("<Nnet3>"), b"\n", "".join(f"{line}\n" for line in nodes).encode(), b"\n"]
    parts += [token("<NumComponents>"), integer(len(components))]
    for name, component in components.items():
        parts += [token("<ComponentName>"), token(name), component]
    return b"".join([*parts, token("</Nnet3>")])


def one_state_topology(phones: int) -> bytes:
    """Every phone 1..n has one state that repeats or leaves with probability 1/2."""
    numbers = list(range(1, phones + 1))
    state = integer(0) + integer(2) + integer(0) + real(0.5) + integer(1) + real(0.5)
    final = integer(-1) + integer(0)
    return b"".join(
        (
            token("<Topology>"),
            integers(numbers),
            integers([-1, *[0] * phones]),
            integer(1),
            integer(2),
            state,
            final,
            token("</Topology>"),
        )
    )


def transition_model(pdf_of_phone: Sequence[int]) -> bytes:
    """Phones 1..n with one state each: phone p repeats with transition 2p - 1, leaves with 2p.

    Args:
        pdf_of_phone: the pdf of phones 1, 2, ...; several phones may have the same.
    """
    triples = b"".join(
        integer(phone) + integer(0) + integer(pdf) for phone, pdf in enumerate(pdf_of_phone, 1)
    )
    logs = np.full(2 * len(pdf_of_phone) + 1, np.log(0.5))
    logs[0] = 0.0
    return b"".join(
        (
            token("<TransitionModel>"),
            one_state_topology(len(pdf_of_phone)),
            token("<Triples>"),
            integer(len(pdf_of_phone)),
            triples,
            token("</Triples>"),
            token("<LogProbs>"),
            vector(logs),
            token("</LogProbs>"),
            token("</TransitionModel>"),
        )
    )


def acoustic_model(
    pdf_of_phone: Sequence[int], network: bytes, context: tuple[int, int], priors: Floats
) -> bytes:
    """A whole final.mdl.

    Args:
        pdf_of_phone: see `transition_model`.
        network: from `nnet`.
        context: frames of 10 ms that the network sees back and ahead.
        priors: probability of each pdf.
    """
    return b"".join(
        (
            HEADER,
            transition_model(pdf_of_phone),
            network,
            token("<LeftContext>"),
            integer(context[0]),
            token("<RightContext>"),
            integer(context[1]),
            token("<Priors>"),
            vector(priors),
        )
    )
