"""A session from start to finish at virtual devices, whose plugs are pulled on the way."""

import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
import soxr
import vosk

from skill.app import App
from skill.core.vocabulary import plain
from skill.ports import Pcm, Samples
from skill.settings import CHECKOUT, Settings
from tests.support.live import Live, live, saying, short_routine
from tests.support.pulse import WIRE_RATE, Pulse, running_pulseaudio
from tests.support.waiting import LONG_S

pytestmark = pytest.mark.device
AWAY_S = 1.5
SOON_MS, BACK_MS = 2000, 6000
MOVEMENT_S = 18
ALIKE = 0.9
TOLD_BACK = 0.75
"""Share of the coach's words that a recogniser must get back from the speaker. Some of the words
are not among the 6,000 that it knows."""


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with running_pulseaudio() as pulse:
        yield pulse


def say(pulse: Pulse, coach: Live, phrase: str, command: str) -> None:
    after = coach.place()
    with pulse.playing_into_microphone(saying(phrase)):
        coach.heard(command, after)


def recognised(sound: Pcm, lines: list[str]) -> list[str]:
    """The lines that are in a recording, whole and undistorted, in the order of their places.

    Each is looked for as the voice renders it; 1.0 would be the very same samples.
    """
    captured = soxr.resample(sound.astype(np.float32), WIRE_RATE, 16_000)
    voice = App(Settings()).mouth.voice
    places = []
    for text in dict.fromkeys(lines):
        clip = voice.render(text, 100)
        wanted = soxr.resample(clip.samples, clip.rate, 16_000)
        likeness = alike(captured, wanted)
        places += [(int(at), text) for at in peaks(likeness, len(wanted))]
    return [text for _, text in sorted(places)]


def words_told_back(sound: Pcm, lines: list[str]) -> float:
    """Share of the words of some lines that the built-in recogniser finds in a recording, in order.

    It knows the lines as a grammar, which it may mix as it likes.
    """
    phrases = [plain(line) for line in lines]
    model = vosk.Model(str(CHECKOUT / "models" / "ears-en"))
    recogniser = vosk.KaldiRecognizer(model, 16_000, json.dumps([*phrases, "[unk]"]))
    heard = np.rint(soxr.resample(sound.astype(np.float32), WIRE_RATE, 16_000)).astype(np.int16)
    texts = []
    for block in np.array_split(heard, len(heard) // 800):
        if recogniser.AcceptWaveform(block.tobytes()):
            texts.append(json.loads(recogniser.Result())["text"])
    texts.append(json.loads(recogniser.FinalResult())["text"])
    said, found = " ".join(phrases).split(), " ".join(texts).split()
    blocks = SequenceMatcher(None, said, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(said)


def alike(sound: Samples, wanted: Samples) -> Samples:
    """The correlation coefficient of `wanted` with every stretch of a recording."""
    size = 1 << (len(sound) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[: len(sound) - len(wanted)]
    energy = np.cumsum(np.square(sound, dtype=np.float64))
    stretches = energy[len(wanted) :] - energy[: len(sound) - len(wanted)]
    return np.asarray(products / np.sqrt(stretches * np.square(wanted).sum() + 1e3), np.float32)


def peaks(likeness: Samples, length: int) -> list[int]:
    """Where a clip of a length is found."""
    found = []
    while likeness.max() > ALIKE:
        at = int(likeness.argmax())
        found.append(at)
        likeness[max(0, at - length) : at + length] = 0
    return found


@pytest.mark.long
def test_a_session_from_start_to_finish_with_both_plugs_pulled(
    pulse: Pulse, tmp_path: Path
) -> None:
    routine = short_routine(tmp_path, seconds=MOVEMENT_S)
    heard = pulse.speaker()
    with live(tmp_path / "journal.jsonl", "--fresh", "--routine", str(routine)) as coach:
        coach.said("not a medical device")
        say(pulse, coach, "start rolling", "start")
        coach.said("Set both feet")
        say(pulse, coach, "next", "next")
        coach.said("Roll from one side")
        say(pulse, coach, "start rolling", "start")
        begun = coach.said("Off you go")
        after = coach.place()
        pulled = time.monotonic()
        pulse.unplug("mic")
        notice = coach.said("I cannot hear you", after)
        time.sleep(max(0.0, pulled + AWAY_S - time.monotonic()))
        pulse.plug_in("mic")
        lost = coach.event("MicrophoneLost", after)
        back = coach.event("MicrophoneBack", after)

        coach.said("halfway", after)
        after = coach.place()
        pulse.unplug("speaker")
        gone = coach.event("SpeakerLost", after)
        time.sleep(AWAY_S)
        pulse.plug_in("speaker")
        returned = coach.event("SpeakerBack", after)

        coach.said("halfway", after)
        ended = coach.said("Let your hands rest")
        coach.said("That completes")
        say(pulse, coach, "goodbye", "goodbye")
        coach.event("Finish")
        assert coach.process.wait(LONG_S) == 0
        entries, sound = coach.entries(), heard.samples()
    # The session's own time, which goes on while it is deaf, tells how soon all that was.
    assert notice["at"] - lost["at"] <= SOON_MS
    assert max(back["at"] - lost["at"], returned["at"] - gone["at"]) <= AWAY_S * 1000 + BACK_MS
    # Nothing lost: the movement took as long as it should, and the time it stood still.
    stood_still = back["at"] - lost["at"] + returned["at"] - gone["at"]
    assert ended["at"] - begun["at"] == pytest.approx(MOVEMENT_S * 1000 + stood_still, abs=300)
    steps = [entry["bookmark"]["step"] for entry in entries if entry.get("effect") == "Remember"]
    assert list(dict.fromkeys(steps)) == ["feet", "roll"]
    notices = [entry for entry in entries if "cannot hear" in entry.get("text", "")]
    assert len(notices) == 1
    # What the coach said is what came out of the speaker.
    whole = {entry["token"] for entry in entries if entry.get("event") == "SpeechEnded"}
    said = [entry["text"] for entry in entries if "text" in entry and entry["token"] in whole]
    assert len(said) >= 6
    assert words_told_back(sound, said) >= TOLD_BACK
    understood = recognised(sound, said)
    # What was cut just before its end is recognised as well.
    begun_with = (entry["text"] for entry in entries if "text" in entry)
    assert all(text in begun_with for text in understood), "in another order"
    # A machine whose every core is taken tears a hole into a line now and then, and counts it.
    told = [entry["speaker"] for entry in entries if entry.get("event") == "Dropouts"]
    missing = Counter(said) - Counter(understood)
    assert missing.total() <= max(told, default=0), (said, understood)


@contextmanager
def every_core_busy() -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    busy = [context.Process(target=spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for process in busy:
        process.start()
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.join()


def spin() -> None:
    while True:
        pass


def test_no_command_is_lost_while_every_core_is_busy(pulse: Pulse, tmp_path: Path) -> None:
    with live(tmp_path / "journal.jsonl", "--fresh") as coach:
        coach.said("not a medical device")
        with every_core_busy():
            time.sleep(1)
            say(pulse, coach, "start rolling", "start")
            say(pulse, coach, "next", "next")
        kinds = {entry.get("event") for entry in coach.entries()}
    assert not kinds & {"MicrophoneLost", "SpeakerLost"}
