"""What the figures of a recording mean, and what helps.

The limits come from 48 of the test recordings, made quieter step by step, with every command
live: in a room of -87 dBFS as many were acted on at -62 as at -26 dBFS (36 and 38 of 48); with
noise at -72 dBFS, 37 at -46 dBFS (26 dB above it), 23 at -56 (16 dB) and 13 at -62 (10 dB).
"""

from collections.abc import Collection, Iterable

from skill.checkup.finding import Finding, doubtful, fine, unknown, wrong
from skill.checkup.hearing import Hearing

QUIET_DB, FAINT_DB = -45.0, -57.0
LOUD_DB = -8.0
CLEAR_DB, DROWNED_DB = 20.0, 10.0
CLIPPED, BROKEN = 0.0005, 0.01
"""A few samples at the limit do no harm; a flat top that can be heard has 1 % of them."""
SLOW_MS, LATE_MS = 250.0, 500.0
"""Wired speakers take 30 to 150 ms, Bluetooth 150 to 500."""
LOUD_ECHO_DB = 10.0
"""An echo so far above the voice covers it."""
PRESENT = 3
"""Steps of 16 bits: what is never above them is a microphone that is switched off."""


def grades(hearing: Hearing) -> tuple[Finding, ...]:
    """Level, noise, clipping and echo delay."""
    if hearing.peak <= PRESENT:
        found = "nothing at all arrives" if hearing.peak == 0 else "only the converter's own noise"
        remedy = (
            "Look for a mute switch on the microphone, and at its level in the sound settings "
            "(or in alsamixer, F4); roller-coach doctor looks at its channels."
        )
        return (wrong("level", found, remedy), *_rest_unknown())
    return (level(hearing), noise(hearing), clipping(hearing), echo(hearing))


def delivery(lost_s: float, whole_s: float) -> Finding:
    """Whether the microphone delivered all the time."""
    if lost_s == 0:
        return fine("delivery", f"{whole_s:.0f} s without a gap")
    return wrong(
        "delivery",
        f"{lost_s:.1f} of {whole_s:.0f} s never came",
        "Plug the microphone in anew, at another socket and without a hub; close other programs.",
    )


def _rest_unknown() -> tuple[Finding, ...]:
    return tuple(unknown(what, "nothing was heard") for what in ("noise", "clipping", "echo"))


def level(hearing: Hearing) -> Finding:
    """Whether the voice is loud enough."""
    voice = hearing.voice_db
    if voice is None:
        return wrong(
            "level",
            "no voice was heard",
            "Speak when you are asked to; if you did, turn the microphone up or bring it closer.",
        )
    fact = f"your voice comes at {voice:.0f} dB"
    if voice < FAINT_DB:
        return wrong("level", f"{fact}, far too quiet", "Turn the microphone up; bring it closer.")
    if voice < QUIET_DB:
        return doubtful(
            "level", f"{fact}, rather quiet", "Turn the microphone up, or bring it closer."
        )
    if voice > LOUD_DB:
        return doubtful("level", f"{fact}, rather loud", "Turn the microphone down a little.")
    return fine("level", fact)


def noise(hearing: Hearing) -> Finding:
    """Whether the voice stands out of the room."""
    if hearing.noise_db is None:
        return unknown("noise", "the room was never without a voice")
    room = f"the room is at {hearing.noise_db:.0f} dB"
    if hearing.voice_db is None:
        return unknown("noise", f"{room}; there is no voice to compare with")
    above = hearing.voice_db - hearing.noise_db
    fact = f"{room}, {above:.0f} dB below your voice"
    remedy = "Turn off fans and music, or bring the microphone closer to you and away from them."
    if above < DROWNED_DB:
        return wrong("noise", fact, remedy)
    return doubtful("noise", fact, remedy) if above < CLEAR_DB else fine("noise", fact)


def clipping(hearing: Hearing) -> Finding:
    """Whether loud words are cut off at the converter's limit."""
    if hearing.voice_db is None:
        return unknown("clipping", "there is no voice to judge by")
    if hearing.clipped <= CLIPPED:
        return fine("clipping", "no word reaches the limit")
    fact = f"{100 * hearing.clipped:.1f} % of your voice is cut off at the limit"
    remedy = "Turn the microphone down, turn its boost off, or step back."
    judge = wrong if hearing.clipped > BROKEN else doubtful
    return judge("clipping", fact, remedy)


def echo(hearing: Hearing) -> Finding:
    """How late and how loud the speaker is heard."""
    if not hearing.played:
        return unknown("echo", "nothing was played")
    if hearing.echo is None or hearing.echo_db is None:
        return fine("echo", "the microphone does not hear the speaker")
    fact = f"the speaker is heard {hearing.echo.delay_ms:.0f} ms late, at {hearing.echo_db:.0f} dB"
    late = hearing.echo.delay_ms
    if late > SLOW_MS:
        judge = wrong if late > LATE_MS else doubtful
        remedy = "Use a wired speaker, or the same USB device for both; Bluetooth is slow."
        return judge("echo", fact, remedy)
    if hearing.voice_db is not None and hearing.echo_db - hearing.voice_db > LOUD_ECHO_DB:
        return doubtful(
            "echo",
            f"{fact}, {hearing.echo_db - hearing.voice_db:.0f} dB above your voice",
            "Turn the speaker down, move it away from the microphone, or use headphones.",
        )
    return fine("echo", fact)


def understood(
    asked: Collection[str], heard: Collection[str], above: Iterable[Finding] = ()
) -> Finding:
    """How many of the commands asked for were recognised.

    Args:
        asked: the phrases that were to be said.
        heard: those of them that were recognised.
        above: what else was found; what needs doing there comes first.
    """
    missed = [phrase for phrase in asked if phrase not in heard]
    fact = f"{len(asked) - len(missed)} of {len(asked)} understood"
    if not missed:
        return fine("commands", fact)
    named = f"{fact}; not: {', '.join(missed)}"
    first = "Mend what is said above first. If that does not help: "
    remedy = "Let the coach learn your voice: roller-coach enrol."
    if any(finding.remedy for finding in above):
        remedy = first + remedy[0].lower() + remedy[1:]
    judge = wrong if len(missed) == len(asked) else doubtful
    return judge("commands", named, remedy)
