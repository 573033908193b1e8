"""The voice that needs no download: espeak-ng, out of the PyPI package espeakng-loader."""

import ctypes
import difflib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from skill.errors import VoiceError, install_again
from skill.ports import Clip, Samples
from skill.speech import level
from skill.speech.text import RULE, speakable, unspeakable

# From espeak-ng's speak_lib.h, version 1.52.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_RATE, _PITCH = 1, 3
_UTF8 = 1
SLOWEST, FASTEST = 80, 450
"""Words per minute that espeak-ng can do by itself."""

_SEED = 1
_LOCK = threading.Lock()
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _VoiceEntry(ctypes.Structure):
    """The beginning of espeak_VOICE."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
    )


class EspeakVoice:
    """A robotic, very clear and very fast voice: some 2 ms of computing for a sentence.

    Every line is spoken by a newly loaded library (3 ms). espeak-ng keeps the position in its
    flutter table, its gain control and its random numbers from one utterance to the next, so that
    otherwise a line would sound, and last, a little different each time; nothing in its interface
    resets them. The random numbers are seeded. The engine is global to the process: a lock lets
    one line through at a time, whatever the number of voices and threads.

    102 of the 104 variants repeat themselves exactly; `Reed` and `caleb` read uninitialised
    memory.

    Args:
        voice: a language, with a variant after a plus sign if wanted: "en-us", "en-gb+f3".
        pitch: 0 to 99; 50 is the voice's own.
        words_per_minute: speed at pace 100 as espeak-ng counts, for longish words: 120 are 153
            true words of our routine's 76 lines, about the 150 of calm speech; espeak-ng's own
            175 are 223. After the pace is applied, less than 80 becomes 80, more than 450 450.

    Raises:
        VoiceError: if there is no such voice, a number is out of range, or the library is missing.
    """

    def __init__(
        self, voice: str = "en-us", *, pitch: int = 50, words_per_minute: int = 120
    ) -> None:
        _check("pitch", pitch, 0, 99)
        _check("speed in words per minute", words_per_minute, SLOWEST, FASTEST)
        self._name = _find(voice)
        self._language = voice
        self._pitch = pitch
        self._words_per_minute = words_per_minute
        with _engine() as library:
            library.espeak_Info.restype = ctypes.c_char_p
            version = library.espeak_Info(None).decode()
        self._identity = (
            f"espeak-ng {version} {self._name} pitch {pitch} {words_per_minute} wpm {level.RULE} "
            f"{RULE}"
        )

    @property
    def identity(self) -> str:
        """Engine, its version, voice, variant and settings."""
        return self._identity

    def render(self, text: str, pace: int) -> Clip:
        """Speak a text of any length.

        Args:
            text: one sentence or more.
            pace: percent of normal speed.

        Returns:
            Mono, 22,050 Hz, at the common loudness; the same for the same arguments, always.

        Raises:
            VoiceError: if there is nothing in the text that can be said.
        """
        words = speakable(text, self._language)
        speed = min(max(round(self._words_per_minute * pace / 100), SLOWEST), FASTEST)
        with _engine() as library:
            raw, rate = _synthesise(library, self._name, self._pitch, speed, words)
        samples = level.master(raw, rate)
        if not len(samples):
            raise unspeakable(text)
        return Clip(samples, rate)


def languages() -> Mapping[str, str]:
    """What can stand before the plus sign, lower case -> espeak-ng's identifier.

    Raises:
        VoiceError: if the library is missing.
    """
    with _engine() as library:
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceEntry))
        found = {}
        for entry in library.espeak_ListVoices(None):
            if not entry:
                break
            # The first byte of `languages` is a priority, not text.
            identifier = entry.contents.identifier.decode()
            found[entry.contents.languages[1:].decode().lower()] = identifier
            found.setdefault(identifier.rpartition("/")[2].lower(), identifier)
    return dict(sorted(found.items()))


def variants() -> tuple[str, ...]:
    """What can stand after the plus sign, as it must be spelt.

    Raises:
        VoiceError: if the library is missing.
    """
    return tuple(sorted(path.name for path in (_files()[1] / "voices" / "!v").iterdir()))


def _find(voice: str) -> str:
    """espeak-ng's own name of a voice, which it says it knows whatever the variant."""
    language, plus, variant = voice.partition("+")
    known = languages()
    if language.lower() not in known:
        raise _unknown("voice", language, tuple(known), "en-us", "lang")
    if plus and variant not in variants():
        raise _unknown("variant of a voice", variant, variants(), "f3", "voices/!v")
    return known[language.lower()] + plus + variant


def _unknown(what: str, name: str, known: tuple[str, ...], example: str, folder: str) -> VoiceError:
    close = difflib.get_close_matches(name, known, n=5, cutoff=0.6) or [example]
    return VoiceError(
        f"espeak-ng has no {what} called {name!r}.",
        f"Try {', '.join(close)}; all of them are the files in {_files()[1] / folder}.",
    )


def _check(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise VoiceError(
            f"The {what} of the espeak-ng voice is {value}.", f"Use {least} to {most}."
        )


def _files() -> tuple[Path, Path]:
    """The library and its data."""
    try:
        import espeakng_loader  # noqa: PLC0415 - may be missing

        library = Path(espeakng_loader.get_library_path())
        data = Path(espeakng_loader.get_data_path())
    except (ImportError, RuntimeError) as error:
        raise _broken(str(error)) from error
    # The library itself would only print that, and go on.
    if not (data / "phontab").is_file():
        raise _broken(f"there are no data in {data}")
    return library, data


def _broken(why: str) -> VoiceError:
    return VoiceError(
        f"The package espeakng-loader, which carries the voice espeak-ng, does not work: {why}.",
        install_again(),
    )


@contextmanager
def _engine() -> Iterator[ctypes.CDLL]:
    """The library in the state of a new process, for one thread at a time."""
    path, data = _files()
    with _LOCK:
        try:
            library = ctypes.CDLL(str(path))
        except OSError as error:
            raise _broken(str(error)) from error
        try:
            _initialise(library, data)
            yield library
            library.espeak_Terminate()
        finally:
            unload = ctypes.CDLL(None).dlclose
            unload.argtypes = (ctypes.c_void_p,)
            unload(library._handle)


def _initialise(library: ctypes.CDLL, data: Path) -> None:
    try:
        rate = library.espeak_Initialize(_SYNCHRONOUS, 0, bytes(data), _DONT_EXIT)
        library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
    except AttributeError as error:
        raise _broken(str(error)) from error
    if rate <= 0:
        raise _broken(f"its data in {data} cannot be read")


def _synthesise(
    library: ctypes.CDLL, voice: str, pitch: int, speed: int, text: str
) -> tuple[Samples, int]:
    """Raw samples and their rate."""
    pieces: list[bytes] = []

    def receive(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: object) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _CALLBACK(receive)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(_RATE, speed, 0)
    library.espeak_SetParameter(_PITCH, pitch, 0)
    data = text.encode() + b"\0"
    status = library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
    if status != 0:
        raise VoiceError(
            f"espeak-ng refused a line of {len(text)} characters (its status {status}).",
            "Make the line shorter.",
        )
    pcm = np.frombuffer(b"".join(pieces), np.int16)
    return pcm.astype(np.float32) / np.float32(32768), library.espeak_ng_GetSampleRate()
