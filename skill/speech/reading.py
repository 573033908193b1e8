"""Reading aloud: a text of any length, a sentence at a time, so that the first is heard soon."""

from collections.abc import Iterator

import numpy as np

from skill.ports import Clip, Voice
from skill.speech.text import UnspeakableError, sentences, unspeakable

LONGEST = 300
"""Characters of one piece; more than nearly every sentence has."""
PAUSE_MS = 300
"""Between two sentences: a short one of those that readers make there (200 to 1000 ms; Campione and
Véronis, "A large-scale multilingual study of silent pause duration", Speech Prosody 2002)."""


def read_aloud(voice: Voice, text: str, pace: int) -> Iterator[Clip]:
    """Speak a text sentence by sentence; each is rendered when it is asked for.

    Sentences with nothing to say in them, as a line of stars, are passed over.

    Args:
        voice: renders the sentences.
        text: anything.
        pace: speed in percent of normal.

    Raises:
        VoiceError: if there is nothing in the text that can be said, or the voice cannot be used.
    """
    begun = False
    for piece in sentences(text, LONGEST):
        try:
            clip = voice.render(piece, pace)
        except UnspeakableError:
            continue
        yield _after_pause(clip) if begun else clip
        begun = True
    if not begun:
        raise unspeakable(text)


def _after_pause(clip: Clip) -> Clip:
    silence = np.zeros(clip.rate * PAUSE_MS // 1000, np.float32)
    return Clip(np.concatenate([silence, clip.samples]), clip.rate)
