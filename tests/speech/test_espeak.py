import ctypes.util
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from skill.errors import VoiceError, install_again
from skill.ports import Voice
from skill.speech.espeak import EspeakVoice, languages, variants
from skill.speech.piper import PiperSpeech
from tests.support.tiny_piper import write_voice

LINE = "Roll from side to side, slowly."


def checksum(voice: Voice, text: str = LINE, pace: int = 100) -> int:
    return zlib.crc32(voice.render(text, pace).samples.tobytes())


def test_every_process_makes_the_same_sound() -> None:
    script = (
        "import zlib; from skill.speech.espeak import EspeakVoice; voice = EspeakVoice('en-us+f3');"
        f"print(zlib.crc32(voice.render({LINE!r}, 100).samples.tobytes()))"
    )
    printed = _print_of(script)
    voice = EspeakVoice("en-us+f3")
    checksum(voice, "What was said before must not matter.")
    assert int(printed) == checksum(voice)


def _print_of(program: str) -> str:
    """What a process of its own prints; it may complain of nothing."""
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert finished.stderr == ""
    return finished.stdout


@pytest.mark.parametrize("variant", ["f2", "m3", "croak", "whisper", "klatt3", "announcer"])
def test_variants_with_noise_and_echo_repeat_themselves_too(variant: str) -> None:
    voice = EspeakVoice(f"en-us+{variant}")
    first = checksum(voice)
    checksum(voice, "What was said before must not matter.")
    assert checksum(voice) == first


def test_threads_do_not_disturb_each_other() -> None:
    voices = [EspeakVoice(), EspeakVoice("de+f2", pitch=80)]
    texts = ["Breathe in.", "Breathe out.", LINE]
    jobs = [(voice, text, pace) for voice in voices for text in texts for pace in (80, 130)] * 3
    alone = [checksum(*job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda job: checksum(*job), jobs)) == alone


def test_pipers_own_espeak_is_not_disturbed(tmp_path: Path) -> None:
    espeak = EspeakVoice("en-gb+f3")
    before = checksum(espeak)
    piper = PiperSpeech(write_voice(tmp_path))
    sounds = set()
    for _ in range(3):
        assert checksum(espeak) == before
        sounds.add(checksum(piper))
        EspeakVoice("de")
    assert len(sounds) == 1


MANY_LINES = """
import os
from pathlib import Path
from skill.speech.espeak import EspeakVoice

def held():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd"))

voice = EspeakVoice()
for _ in range(30):
    voice.render("On.", 100)
before, opened = held()
for _ in range(150):
    voice.render("On.", 100)
after, still = held()
print(after - before, still - opened, "libespeak-ng" in Path("/proc/self/maps").read_text())
"""


def test_many_lines_leave_nothing_behind() -> None:
    # What the tests before have left to be freed would be counted in this process.
    grown, opened, loaded = _print_of(MANY_LINES).split()
    assert int(grown) < 2_000_000
    assert int(opened) <= 0
    assert loaded == "False"


def test_pitch_is_heard_as_pitch() -> None:
    assert _hertz(EspeakVoice(pitch=90)) > 1.2 * _hertz(EspeakVoice(pitch=20))


def _hertz(voice: Voice) -> float:
    """Pitch of a long vowel, by autocorrelation."""
    clip = voice.render("aaaah", 50)
    middle = clip.samples[len(clip.samples) // 2 :][:2048].astype(np.float64)
    likeness = np.correlate(middle, middle, "full")[len(middle) - 1 :]
    shortest = clip.rate // 400
    return clip.rate / (shortest + int(np.argmax(likeness[shortest : clip.rate // 50])))


def test_speech_is_calm() -> None:
    text = (
        "You will lie on the roller and roll gently from one side to the other. "
        "Sit on the floor with the roller behind you, and lean back until it touches your spine. "
        "Let your head rest in your hands, breathe out, and let your shoulders become heavy."
    )
    seconds = EspeakVoice().render(text, 100).seconds
    assert len(text.split()) * 60 / seconds == pytest.approx(150, rel=0.1)
    assert EspeakVoice(words_per_minute=240).render(text, 50).seconds == pytest.approx(seconds)


def test_text_cannot_command_the_engine() -> None:
    voice = EspeakVoice()
    assert checksum(voice, "roll \x01+50P on") == checksum(voice, "roll  +50P on")
    whole = voice.render("roll\0 on and on and on", 100).seconds
    assert whole > 2 * voice.render("roll", 100).seconds


@pytest.mark.parametrize(
    ("name", "part"),
    [("en-us", "gmw/en-US "), ("EN-GB", "gmw/en "), ("en", "gmw/en "), ("de+f2", "gmw/de+f2 ")],
)
def test_voices_are_found_by_language(name: str, part: str) -> None:
    assert part in EspeakVoice(name).identity + " "


def test_every_language_and_variant_listed_can_be_used() -> None:
    assert {"en-us", "en-gb", "de", "fr-fr"} <= set(languages())
    assert {"f3", "whisper", "Mr serious"} <= set(variants())
    for language in list(languages())[::20]:
        EspeakVoice(language)


@pytest.mark.parametrize(
    ("name", "named", "hint"),
    [
        ("en-uk", "'en-uk'", "en-us"),
        ("klingonish", "'klingonish'", "en-us"),
        ("", "''", "en-us"),
        ("../en-us", "'../en-us'", "en-us"),
        ("en-us+wisper", "'wisper'", "whisper"),
        ("en-us+", "''", "f3"),
        ("en-us+../../lang/gmw/en", "'../../lang/gmw/en'", "f3"),
        ("en-us+f3+f4", "'f3+f4'", "f3"),
    ],
)
def test_an_unknown_voice_is_named_and_a_known_one_offered(
    name: str, named: str, hint: str
) -> None:
    with pytest.raises(VoiceError) as caught:
        EspeakVoice(name)
    assert named in caught.value.problem
    assert hint in caught.value.remedy
    folder = Path(caught.value.remedy.rpartition(" in ")[2].rstrip("."))
    assert folder.is_dir()


@pytest.mark.parametrize(("pitch", "speed"), [(-1, 120), (100, 120), (50, 0), (50, 451)])
def test_settings_out_of_range_are_refused(pitch: int, speed: int) -> None:
    with pytest.raises(VoiceError, match="Use "):
        EspeakVoice(pitch=pitch, words_per_minute=speed)


class TestBrokenPackage:
    def test_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "espeakng_loader", None)
        with pytest.raises(VoiceError, match="espeakng-loader") as caught:
            EspeakVoice()
        assert caught.value.remedy == install_again(), "pip would install elsewhere in a clone"

    def test_library_that_does_not_load(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        library = tmp_path / "libespeak-ng.so"
        library.write_bytes(b"no library")
        monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(library))
        with pytest.raises(VoiceError, match=r"espeakng-loader.*libespeak-ng\.so"):
            EspeakVoice()

    def test_other_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = ctypes.util.find_library("c") or "libc.so.6"
        monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: other)
        with pytest.raises(VoiceError, match="espeakng-loader"):
            EspeakVoice()

    def test_no_data(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
        with pytest.raises(VoiceError, match="espeakng-loader"):
            EspeakVoice()
        assert capfd.readouterr() == ("", "")
        monkeypatch.undo()
        assert EspeakVoice().render("Still works.", 100).seconds > 0.5
