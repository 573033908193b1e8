"""Pulls the plugs of a live session, again and again, and prints how the coach took it.

.venv/bin/python scripts/pull_plug.py            twenty times each, about eight minutes
.venv/bin/python scripts/pull_plug.py --times 3

Microphone and speaker are PulseAudio's null sinks, unloaded and loaded again in the middle of a
movement. Then commands are said, on an idle machine and with every core kept busy. The exit code
tells whether all of it went well.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.live import Live, live, saying, short_routine
from tests.support.pulse import Pulse, running_pulseaudio

AWAY_S = 5.0
SPOKEN_WITHIN_S = 3.0
NOTICED_WITHIN_S, BACK_WITHIN_S = 10.0, 15.0
MOVEMENT_S = 1800
COMMANDS = ("repeat", "how long", "which step", "where are we", "more time")


def main() -> int:
    """Run it all; 0 if the coach kept its place every time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="pulls of each plug")
    parser.add_argument("--commands", type=int, default=20, help="commands, idle and busy")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_pulseaudio() as pulse, _homes(Path(name)):
        with _rolling(Path(name), pulse) as coach:
            fine = _microphone(coach, pulse, chosen.times)
            fine &= _speaker(coach, pulse, chosen.times)
            fine &= _busy(coach, pulse, chosen.commands)
        return 0 if fine else 1


@contextmanager
def _homes(folder: Path) -> Iterator[None]:
    """Nobody's bookmark is touched."""
    before = dict(os.environ)
    os.environ.update({f"XDG_{kind}_HOME": str(folder) for kind in ("CACHE", "STATE", "CONFIG")})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _rolling(folder: Path, pulse: Pulse) -> Iterator[Live]:
    """A session in the middle of a long movement."""
    routine = short_routine(folder, MOVEMENT_S)
    with live(folder / "journal.jsonl", "--fresh", "--routine", str(routine)) as coach:
        coach.said("not a medical device")
        for phrase, command in (("start rolling", "start"), ("next", "next")):
            _say(coach, pulse, phrase, command)
            time.sleep(1)
        _say(coach, pulse, "start rolling", "start")
        coach.said("Off you go")
        time.sleep(4)
        yield coach


def _say(coach: Live, pulse: Pulse, phrase: str, command: str) -> None:
    after = coach.place()
    with pulse.playing_into_microphone(saying(phrase)):
        coach.heard(command, after)


def _microphone(coach: Live, pulse: Pulse, times: int) -> bool:
    """Pull the microphone's plug."""
    spoken, back, notices = [], [], []
    for _ in range(times):
        after, pulled = coach.place(), time.monotonic()
        pulse.unplug("mic")
        coach.said("cannot hear you", after)
        spoken.append(time.monotonic() - pulled)
        time.sleep(max(0.0, AWAY_S - spoken[-1]))
        put = time.monotonic()
        pulse.plug_in("mic")
        coach.event("MicrophoneBack", after)
        back.append(time.monotonic() - put)
        coach.wait_for(lambda entry: entry.get("tone") == "microphone_back", after)
        notices.append(_count(coach, after, "cannot hear you"))
        time.sleep(1)
    print(f"microphone pulled {times} times for {AWAY_S:.0f} s, in the middle of a movement")
    _tell("  spoken after", spoken)
    _tell("  heard again after", back)
    soon = max(spoken) <= SPOKEN_WITHIN_S and max(back) <= BACK_WITHIN_S
    return _kept(coach) and soon and set(notices) == {1}


def _speaker(coach: Live, pulse: Pulse, times: int) -> bool:
    """Pull the speaker's plug while it speaks."""
    noticed, back, resumed = [], [], []
    for _ in range(times):
        after = coach.place()
        with pulse.playing_into_microphone(saying("repeat")):
            coach.heard("repeat", after)
            pulled = time.monotonic()
            pulse.unplug("speaker")
            coach.event("SpeakerLost", after)
            noticed.append(time.monotonic() - pulled)
            time.sleep(max(0.0, AWAY_S - noticed[-1]))
        put = time.monotonic()
        here = coach.place()
        cut = _unfinished(coach)
        pulse.plug_in("speaker")
        coach.event("SpeakerBack", after)
        back.append(time.monotonic() - put)
        if cut:
            again = coach.wait_for(lambda entry: entry.get("effect") == "Say", here)
            resumed.append(again["text"] == cut)
        time.sleep(4)
    print(f"speaker pulled {times} times for {AWAY_S:.0f} s, while it spoke")
    _tell("  noticed after", noticed)
    _tell("  playing again after", back)
    print(f"  the line that was cut begun anew: {sum(resumed)} of {len(resumed)}")
    soon = max(noticed) <= NOTICED_WITHIN_S and max(back) <= BACK_WITHIN_S
    return _kept(coach) and soon and all(resumed)


def _unfinished(coach: Live) -> str:
    """The sentence that was being said when the speaker went, if there was one."""
    entries = coach.entries()
    gone = max(n for n, entry in enumerate(entries) if entry.get("event") == "SpeakerLost")
    said = [entry for entry in entries[:gone] if entry.get("effect") == "Say"][-1]
    ended = any(
        entry.get("event") == "SpeechEnded" and entry["token"] == said["token"]
        for entry in entries[:gone]
    )
    return "" if ended else str(said["text"])


def _busy(coach: Live, pulse: Pulse, times: int) -> bool:
    """Say commands on an idle machine, and while every core is busy."""
    missed = {}
    for cores in (0, os.cpu_count() or 1):
        before = _dropouts(coach)
        with ExitStack() as stack:
            for _ in range(cores):
                stack.enter_context(_spinning())
            hits = [_is_heard(coach, pulse, COMMANDS[n % len(COMMANDS)]) for n in range(times)]
        after = _dropouts(coach)
        missed[cores] = times - sum(hits)
        lost = [late - soon for late, soon in zip(after, before, strict=True)]
        what = f"{cores} busy processes on {os.cpu_count()} cores" if cores else "idle"
        print(
            f"{what}: {sum(hits)} of {times} commands heard; sound lost by the microphone "
            f"{lost[0]} times, by the speaker {lost[1]} times"
        )
    return max(missed.values()) <= missed[0]


@contextmanager
def _spinning() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _is_heard(coach: Live, pulse: Pulse, phrase: str) -> bool:
    after = coach.place()
    with pulse.playing_into_microphone(saying(phrase)):
        end = time.monotonic() + 4
        while time.monotonic() < end:
            if any(entry.get("phrase") == phrase for entry in coach.entries()[after:]):
                return True
            time.sleep(0.05)
    return False


def _dropouts(coach: Live) -> tuple[int, int]:
    told = [entry for entry in coach.entries() if entry.get("event") == "Dropouts"]
    return (told[-1]["microphone"], told[-1]["speaker"]) if told else (0, 0)


def _count(coach: Live, after: int, text: str) -> int:
    return sum(text in entry.get("text", "") for entry in coach.entries()[after:])


def _kept(coach: Live) -> bool:
    """Whether the person is still where they were."""
    marks: list[dict[str, Any]] = [
        entry["bookmark"] for entry in coach.entries() if entry.get("effect") == "Remember"
    ]
    kept = bool(marks[-1]["step"] == "roll")
    print(f"  still at the same step: {'yes' if kept else 'NO'}")
    return kept


def _tell(what: str, seconds: list[float]) -> None:
    print(f"{what}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s")


if __name__ == "__main__":
    sys.exit(main())
