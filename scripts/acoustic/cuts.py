"""What each window of training on a GPU consists of: which frames of which recordings, and when.

Windows are filled with recordings, or a few words cut out of one, and pauses between; or they jump
from recording to recording where a phone begins, or inside it, as in `splice`. All windows of a
batch are drawn at once: a step of the loops below adds a piece to every one of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from frames import CROPPED, WANTED
from packed import Corpus
from splice import FEWEST_INSIDE, INSIDE, LONGEST, SHORTEST, joints_of

SHARES = {
    "sentences": 0.40,
    "single": 0.13,
    "read": 0.11,
    "transcribed": 0.03,
    "synthetic": 0.22,
    "noise": 0.04,
    "music": 0.03,
    "clatter": 0.04,
}
"""How likely a piece is one of each group's."""
PIECES, JUMPS = 14, 24
"""Of a window, at most."""
PAUSE = (10, 70)
"""Frames of silence between two pieces."""
MARGIN = (2, 7)
"""Frames of its neighbours that stay around a word that is cut out."""
FAST = (0.85, 1.17)
CHANGED_SPEED = 0.7
"""Share of the pieces whose speed is changed, and with it the pitch."""
GAIN_DB = 3.0
"""Standard deviation of the pieces' levels."""
SILENCE = -1
"""In place of a frame: nothing is heard."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cuts:
    """What windows consist of, each of shape (windows, segments).

    Attributes:
        at: the window's frame at which each segment begins, ascending; the first may be negative.
        source: its first frame in the corpus, or SILENCE.
        speed: how many times faster it is played.
        gain: what it is multiplied by.
        mute: whether what is heard counts as silence.
        joined: whether it is not heard to begin: it goes on where the one before it ended.
    """

    at: Ints
    source: Ints
    speed: Floats
    gain: Floats
    mute: Flags
    joined: Flags


@dataclass(frozen=True, slots=True)
class Manner:
    """How fast pieces are played, and what they are multiplied by, shape (windows,) each."""

    speed: Floats
    gain: Floats


class _Columns:
    """Segments, added one for every window at a time."""

    def __init__(self) -> None:
        self.rows: list[tuple[npt.NDArray[np.generic], ...]] = []

    def add(self, at: Ints, source: Ints, manner: Manner, *, mute: bool, joined: bool) -> None:
        flags = (np.full(len(at), mute), np.full(len(at), joined))
        self.rows.append((at.copy(), source, manner.speed, manner.gain, *flags))

    def end(self, at: Ints, manner: Manner) -> None:
        """Nothing is heard from here on, or until the next segment."""
        self.add(at, np.full(len(at), SILENCE), manner, mute=True, joined=False)

    def cuts(self) -> Cuts:
        return Cuts(*(np.stack(column, axis=1) for column in zip(*self.rows, strict=True)))


class Cutter:
    """Draws windows.

    Args:
        corpus: what they are cut from.
        spoken: groups whose recordings windows may jump between.
    """

    def __init__(self, corpus: Corpus, spoken: tuple[str, ...]) -> None:
        self.corpus = corpus
        names = [name for name in SHARES if name in corpus.groups]
        shares = np.array([SHARES[name] for name in names])
        self.bounds = np.array([corpus.groups[name] for name in names])
        self.shares = shares / shares.sum()
        words = corpus.words
        wanted = np.flatnonzero(words[:, 2])
        self.wanted = wanted
        self.wanted_of = np.searchsorted(wanted, corpus.words_of)
        recordings = [np.arange(*corpus.groups[name]) for name in spoken if name in corpus.groups]
        frames = np.concatenate(
            [
                np.arange(corpus.first[one], corpus.first[one] + corpus.frames[one])
                for one in np.concatenate(recordings)
            ]
        )
        self.spoken = frames
        self.joints = joints_of(corpus.unit[frames])

    def fill(self, count: int, frames: int, rng: np.random.Generator) -> Cuts:
        """Windows of whole recordings and cut words."""
        columns = _Columns()
        place = np.zeros(count, np.int64)
        for number in range(PIECES):
            start, begin, end, stop = self.pieces(count, rng)
            manner = manners(count, rng)
            if number == 0:
                place -= (rng.random(count) * (stop - start) / manner.speed).astype(np.int64)
            else:
                columns.end(place, manner)
                place += rng.integers(*PAUSE, size=count)
            columns.add(place, start, manner, mute=True, joined=False)
            place += played(start, begin, manner)
            columns.add(place, begin, manner, mute=False, joined=True)
            place += played(begin, end, manner)
            columns.add(place, end, manner, mute=True, joined=True)
            place += played(end, stop, manner)
            if place.min() >= frames:
                break
        columns.end(place, manner)
        return columns.cuts()

    def pieces(self, count: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
        """A recording, or a few of its words, for each window.

        Returns:
            where the sound starts, where what counts begins and ends, and where the sound stops.
        """
        corpus = self.corpus
        groups = rng.choice(len(self.shares), size=count, p=self.shares)
        low, high = self.bounds[groups].T
        one = low + (rng.random(count) * (high - low)).astype(np.int64)
        start = corpus.first[one]
        stop = start + corpus.frames[one]
        begin, end = start.copy(), stop.copy()
        words = corpus.words_of[one + 1] - corpus.words_of[one]
        cropped = np.flatnonzero((words > 1) & (rng.random(count) < CROPPED))
        if len(cropped):
            begin[cropped], end[cropped] = self.words(one[cropped], rng)
            before, after = rng.integers(*MARGIN, size=(2, len(cropped)))
            start[cropped] = np.maximum(start[cropped], begin[cropped] - before)
            stop[cropped] = np.minimum(stop[cropped], end[cropped] + after)
        return start, begin, end, stop

    def words(self, one: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Begin and end of one to three neighbouring words of each recording, or of a phrase."""
        first_of, last_of = self.corpus.words_of[one], self.corpus.words_of[one + 1] - 1
        dice = rng.random((4, len(one)))
        first = first_of + (dice[0] * (last_of - first_of + 1)).astype(np.int64)
        last = np.minimum(last_of, first + (dice[1] * 3).astype(np.int64))
        low, high = self.wanted_of[one], self.wanted_of[one + 1]
        phrase = (high > low) & (dice[2] < WANTED)
        chosen = (low + dice[3] * (high - low)).astype(np.int64)[phrase]
        first[phrase] = last[phrase] = self.wanted[chosen]
        return self.corpus.words[first, 0], self.corpus.words[last, 1]

    def jump(self, count: int, frames: int, rng: np.random.Generator) -> Cuts:
        """Windows of stretches from an edge, or from inside a unit, to such a place."""
        edges = self.joints.edges
        columns = _Columns()
        manner = manners(count, rng)
        place = np.zeros(count, np.int64)
        most = len(edges) - LONGEST * 3 - 1
        edge = rng.integers(most, size=count)
        inside = np.zeros(count, dtype=bool)
        for _ in range(JUMPS):
            middle = (edges[edge] + edges[edge + 1]) // 2
            start = np.where(inside, middle, edges[edge])
            last = np.searchsorted(edges, start + 3 * rng.integers(SHORTEST, LONGEST, size=count))
            last = np.clip(last, edge + 1, len(edges) - 2)
            other = self.alike(last, rng)
            inside = (other >= 0) & (rng.random(count) < INSIDE)
            end = np.where(inside, (edges[last] + edges[last + 1]) // 2, edges[last])
            # a stretch may run over the end of a recording into the next one, as in `splice`
            columns.add(place, self.spoken[start], manner, mute=False, joined=False)
            place += played(start, end, manner)
            edge = np.where(inside, other, rng.integers(most, size=count))
            if place.min() >= frames:
                break
        columns.end(place, manner)
        return columns.cuts()

    def alike(self, edge: Ints, rng: np.random.Generator) -> Ints:
        """For each edge another one with the same unit, or -1 if its unit cannot be jumped into."""
        joints = self.joints
        unit = joints.unit[edge]
        low = np.searchsorted(joints.of_alike, unit, side="left")
        high = np.searchsorted(joints.of_alike, unit, side="right")
        long = joints.edges[edge + 1] - joints.edges[edge] >= FEWEST_INSIDE * 3
        chosen = low + (rng.random(len(edge)) * (high - low)).astype(np.int64)
        found = joints.alike[np.minimum(chosen, len(joints.alike) - 1)]
        return np.where(long & (high > low), found, -1)


def manners(count: int, rng: np.random.Generator) -> Manner:
    """Random speeds and levels."""
    changed = rng.uniform(*FAST, size=count)
    speed = np.where(rng.random(count) < CHANGED_SPEED, changed, 1.0)
    gain = 10 ** (rng.normal(0, GAIN_DB, size=count) / 20)
    return Manner(speed.astype(np.float32), gain.astype(np.float32))


def played(start: Ints, stop: Ints, manner: Manner) -> Ints:
    """How many frames long stretches are when they are played."""
    return np.floor((stop - start) / manner.speed).astype(np.int64)


def together(first: Cuts, second: Cuts) -> Cuts:
    """The windows of both."""
    width = max(first.at.shape[1], second.at.shape[1])
    return Cuts(
        *(
            np.concatenate([widened(getattr(cuts, name), width) for cuts in (first, second)])
            for name in Cuts.__slots__
        )
    )


def widened(values: npt.NDArray[np.generic], width: int) -> npt.NDArray[np.generic]:
    """The last column again and again, up to so many; later segments begin where it does."""
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), mode="edge")
