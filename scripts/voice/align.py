"""When each phoneme is said: Viterbi training of small Gaussian mixtures from a flat start.

Three states a phoneme, every mixture over cepstra of WORLD's envelope, their slopes, level and
voicing, trained on this speaker's recordings alone (as in the HTK book's monophones, Young et al.,
2006). Pauses between words and at punctuation marks are optional.

Writes BUILD/durations.json: for each recording the frames of 10 ms of each of its phonemes.

Usage: align.py AUDIO_FOLDER BUILD_FOLDER [--rounds N]
"""

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track
from scipy.fft import dct
from sklearn.mixture import GaussianMixture
from text import MODIFIERS, PAUSES, Sentence, sentences

ROUNDS = 14
MIXTURES = {0: 1, 5: 3, 9: 6}
"""Gaussians a state, from a round on."""
STATES = 3
CEPSTRA = 14
MOST = 4_000
"""Frames of a state that are looked at."""
PAIRED = ("eɪ", "aɪ", "ɔɪ", "aʊ", "oʊ", "tʃ", "dʒ")
"""Their first half is a sound of its own."""
PAUSE = "pause"
LOUD = -25.0
"""Of the level's cepstrum against loud speech: a flat start leaves out what is softer."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a sentence: what it sounds like, its phoneme, and whether it can be left out."""

    name: str
    phoneme: int
    optional: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording: its frames, shape (frames, features), and its states in order."""

    name: str
    phonemes: tuple[str, ...]
    frames: Array
    states: tuple[State, ...]


def observe(file: Path) -> Array:
    """What the mixtures look at, shape (frames, features)."""
    with np.load(file) as shard:
        envelope, pitch = shard["envelope"].astype(float), shard["pitch"]
    cepstra = dct(envelope, norm="ortho", axis=1)[:, :CEPSTRA]
    level = cepstra[:, :1] - np.percentile(cepstra[:, 0], 95)
    voiced = np.convolve(pitch > 0, np.ones(3) / 3, "same")[:, None]
    still = np.concatenate([level, cepstra[:, 1:], 4 * voiced], axis=1)
    return np.concatenate([still, 2 * np.gradient(still, axis=0)], axis=1)


def states_of(phonemes: tuple[str, ...]) -> tuple[State, ...]:
    """The states of a sentence."""
    states = []
    for index, phoneme in enumerate(phonemes):
        if phoneme in MODIFIERS:
            continue
        if phoneme in PAUSES:
            states.append(State(PAUSE, index, optional=phoneme not in "^$"))
            continue
        following = next((p for p in phonemes[index + 1 :] if p not in MODIFIERS), "")
        long = "ː" if phonemes[index + 1 : index + 2] == ("ː",) else ""
        name = phoneme + (f"({following})" if phoneme + following in PAIRED else long)
        states += [State(f"{name}.{part}", index, optional=False) for part in range(STATES)]
    return tuple(states)


def best_path(scores: Array, states: tuple[State, ...]) -> npt.NDArray[np.int64]:
    """The likeliest way through the states.

    Args:
        scores: log likelihoods, shape (frames, states).
        states: in order; an optional one may be stepped over.

    Returns:
        the state of each frame, shape (frames,).
    """
    frames, count = scores.shape
    may_skip = np.array([False, False] + [state.optional for state in states[1:-1]])[:count]
    total = np.full(count, -np.inf)
    total[0] = scores[0, 0]
    if states[0].optional:
        total[1] = scores[0, 1]
    steps = np.zeros((frames, count), dtype=np.int8)
    for frame in range(1, frames):
        moved = np.concatenate([[-np.inf], total[:-1]])
        skipped = np.where(may_skip, np.concatenate([[-np.inf, -np.inf], total[:-2]]), -np.inf)
        ways = np.stack([total, moved, skipped])
        steps[frame] = ways.argmax(axis=0)
        total = ways.max(axis=0) + scores[frame]
    path = np.zeros(frames, dtype=np.int64)
    path[-1] = count - 1
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = path[frame] - steps[frame, path[frame]]
    return path


def flat(spoken: Spoken) -> npt.NDArray[np.int64]:
    """A first guess: what is loud is divided evenly among the phonemes."""
    loud = np.flatnonzero(spoken.frames[:, 0] > LOUD)
    first, last = int(loud[0]), int(loud[-1]) + 1
    spoken_states = [i for i, state in enumerate(spoken.states) if state.name != PAUSE]
    path = np.zeros(len(spoken.frames), dtype=np.int64)
    share = np.linspace(0, len(spoken_states) - 1e-6, last - first).astype(int)
    path[first:last] = np.array(spoken_states)[share]
    path[last:] = len(spoken.states) - 1
    return path


def learn(
    recordings: list[Spoken], paths: list[npt.NDArray[np.int64]], mixtures: int
) -> dict[str, GaussianMixture]:
    """A mixture for every state's name."""
    frames: dict[str, list[Array]] = defaultdict(list)
    for spoken, path in zip(recordings, paths, strict=True):
        names = [state.name for state in spoken.states]
        for state in np.unique(path):
            frames[names[state]].append(spoken.frames[path == state])
    rng = np.random.default_rng(0)
    models = {}
    for name, pieces in frames.items():
        all_of_it = np.concatenate(pieces)
        chosen = all_of_it[rng.permutation(len(all_of_it))[:MOST]]
        count = max(1, min(mixtures * (3 if name == PAUSE else 1), len(chosen) // 40))
        model = GaussianMixture(count, covariance_type="diag", reg_covar=0.05, random_state=0)
        models[name] = model.fit(np.concatenate([chosen, chosen]))
    return models


def score(spoken: Spoken, models: dict[str, GaussianMixture]) -> Array:
    """Log likelihood of every frame in every state, shape (frames, states)."""
    known = {
        name: models[name].score_samples(spoken.frames)
        for name in {state.name for state in spoken.states}
    }
    return np.stack([known[state.name] for state in spoken.states], axis=1)


def durations(spoken: Spoken, path: npt.NDArray[np.int64]) -> list[int]:
    """Frames of each phoneme."""
    owner = np.array([state.phoneme for state in spoken.states])[path]
    return [int(count) for count in np.bincount(owner, minlength=len(spoken.phonemes))]


def load(build: Path, sentence: Sentence) -> Spoken:
    """One recording."""
    frames = observe(build / "features" / f"{sentence.name}.npz")
    return Spoken(sentence.name, sentence.phonemes, frames, states_of(sentence.phonemes))


def main() -> None:
    """Align all recordings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audio", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    recordings = [load(options.build, s) for s in track(sentences(options.audio), "reading")]
    recordings = [spoken for spoken in recordings if len(spoken.frames) > len(spoken.states)]
    paths, mixtures = [flat(spoken) for spoken in recordings], 1
    for number in range(options.rounds):
        mixtures = MIXTURES.get(number, mixtures)
        models = learn(recordings, paths, mixtures)
        total, paths = 0.0, []
        for spoken in track(recordings, f"round {number + 1}"):
            scores = score(spoken, models)
            path = best_path(scores, spoken.states)
            total += float(scores[np.arange(len(path)), path].mean())
            paths.append(path)
        print(f"round {number + 1}: log likelihood a frame {total / len(recordings):.3f}")
    made = {
        spoken.name: {"phonemes": spoken.phonemes, "frames": durations(spoken, path)}
        for spoken, path in zip(recordings, paths, strict=True)
    }
    (options.build / "durations.json").write_text(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()
