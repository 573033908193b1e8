"""What a recording says about a microphone: levels, and where somebody speaks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skill.audio.overdrive import at_limit
from skill.checkup.echo import Echo, find_echo
from skill.ports import RATE, Block, Pcm, Samples, VoiceDetector

FRAME_S = 0.01
AFTER_S = 0.15
"""The room still speaks so long after the speaker, and nobody answers sooner than in 0.2 s. The
echo's delay is added."""
ROOM_SHARE = 25
"""Percent: the room is what the quieter frames without a voice come to."""
AUDIBLE = 1e-4
"""Samples played below this, -80 dB, are silence."""
SILENCE_DB = -120.0
"""Stands for no sound at all."""
VOICE = 0.5


@dataclass(frozen=True, slots=True)
class Hearing:
    """Figures of one recording; levels are RMS in dB against full scale.

    Attributes:
        seconds: its length.
        peak: the greatest sample, 0 to 32768.
        voice_db: of the frames with a voice; None if there was none.
        noise_db: of the room; None if it was never silent.
        clipped: share of the voice's samples that are at the limit, 0 to 1.
        echo: the speaker, as the microphone hears it; None if it does not.
        echo_db: how loud that is; None if it is not heard.
        played: whether the speaker has played anything.
    """

    seconds: float
    peak: int
    voice_db: float | None
    noise_db: float | None
    clipped: float
    echo: Echo | None
    echo_db: float | None
    played: bool


def listen(heard: Pcm, played: Samples, detector: VoiceDetector, rate: int = RATE) -> Hearing:
    """Take the figures of a recording.

    Args:
        heard: the microphone's, int16, shape (frames,).
        played: what the speaker played meanwhile, float32, of the same length.
        detector: tells voice from everything else.
        rate: frames per second of both.
    """
    size = round(FRAME_S * rate)
    count = len(heard) // size
    frames = heard[: count * size].reshape(count, size)
    # A constant offset is no sound, to the ears neither.
    offset = frames.mean() if count else 0.0
    powers = np.square(frames - offset).mean(axis=1) / 32768.0**2
    echo = find_echo(played, floats(heard), rate)
    speaking = _speaking(played, echo, size)
    voice = _voiced(heard, detector, count) & ~speaking
    room = powers[~voice & ~speaking]
    noise = room[room <= np.percentile(room, ROOM_SHARE)].mean() if len(room) else None
    said = frames[voice].ravel()
    return Hearing(
        seconds=len(heard) / rate,
        peak=int(np.abs(heard.astype(np.int32)).max(initial=0)),
        voice_db=_decibels(powers[voice].mean()) if voice.any() else None,
        noise_db=None if noise is None else _decibels(noise),
        clipped=at_limit(said) / len(said) if len(said) else 0.0,
        echo=echo,
        echo_db=_echo_db(powers, played, echo, size, noise or 0.0),
        played=bool(played.any()),
    )


def person_alone(heard: Pcm, played: Samples, rate: int = RATE) -> Pcm:
    """The recording, silent wherever the speaker may be heard in it."""
    size = round(FRAME_S * rate)
    echo = find_echo(played, floats(heard), rate)
    speaking = np.repeat(_speaking(played, echo, size), size)
    alone = heard.copy()
    alone[: len(speaking)][speaking] = 0
    return alone


def floats(pcm: Pcm) -> Samples:
    """The same sound as a `Clip` has it."""
    return np.asarray(pcm / 32768, np.float32)


def _decibels(power: float) -> float:
    return max(SILENCE_DB, 10 * float(np.log10(max(power, 1e-20))))


def _voiced(heard: Pcm, detector: VoiceDetector, count: int) -> npt.NDArray[np.bool_]:
    found = np.array([score >= VOICE for score in detector.feed(Block(0, heard))], bool)
    return np.resize(np.pad(found, (0, max(0, count - len(found)))), count)


def _speaking(played: Samples, echo: Echo | None, size: int) -> npt.NDArray[np.bool_]:
    """Frames in which the speaker may be heard: from its sound to the end of the room's answer."""
    frames = played[: len(played) // size * size].reshape(-1, size)
    sounding = np.abs(frames).max(axis=1) >= AUDIBLE
    reach = round((AFTER_S + (echo.delay_ms / 1000 if echo else 0.0)) / FRAME_S)
    spread = np.convolve(sounding, np.ones(reach + 1))[: len(sounding)]
    return np.asarray(spread > 0)


def _echo_db(
    powers: npt.NDArray[np.float64], played: Samples, echo: Echo | None, size: int, noise: float
) -> float | None:
    if echo is None:
        return None
    count = len(powers)
    loudness = np.square(played[: count * size].reshape(count, size)).mean(axis=1)
    later = round(echo.delay_ms / 1000 / FRAME_S)
    loudness = np.pad(loudness, (later, 0))[:count]
    # The louder half of what was played: in the pauses, only the room is heard.
    strong = loudness > np.median(loudness[loudness > 0])
    return _decibels(max(float(powers[strong].mean()) - noise, 1e-20))
