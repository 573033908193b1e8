"""`roller-coach mic-test`: is the microphone any good, and what would help?"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from skill.app import App
from skill.audio.session_file import try_place
from skill.checkup.finding import Finding
from skill.checkup.grades import delivery, grades, understood
from skill.checkup.hearing import listen, person_alone
from skill.checkup.mic_test import MicrophoneTest, Take, prompts, read_take
from skill.cli.console import terminal
from skill.cli.ending import ending_well, keeping_nothing
from skill.cli.findings import exit_code, print_json, show
from skill.cli.meter import Meter
from skill.cli.options import FILE, microphone_option, speaker_option, with_app
from skill.cli.overwriting import keep_apart
from skill.core.decision import Context
from skill.core.messages import Heard
from skill.core.vocabulary import Command, Vocabulary
from skill.ears import Ears
from skill.errors import ContentError
from skill.ports import BLOCK, Block, Pcm

ASKED = (Command.START, Command.NEXT, Command.STOP)
SETTLE = 30
"""Blocks of silence after a recording, 1.5 s: the last command needs its end."""


@click.command("mic-test")
@with_app
@microphone_option
@speaker_option
@click.option("--save", type=FILE, help="Keep the recording as a WAV: you left, the coach right.")
@click.option("--recording", type=FILE, help="Grade a recording instead of the microphone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def mic_test(app: App, *, save: Path | None, recording: Path | None, as_json: bool) -> None:
    """Test the microphone: some silence, a chirp, three commands; then grades and remedies.

    The exit code is 0 if nothing needs doing, and 1 otherwise. Nothing is kept without --save.
    """
    console = Console(stderr=True, highlight=False) if as_json else terminal()
    keep_apart((recording,), {"--save": save})
    if save is not None:
        try_place(save)
    ears = app.ears()
    phrases = _phrases(app.content.vocabulary)
    with keeping_nothing(), ending_well():
        take = _live(app, phrases, console) if recording is None else read_take(recording)
    if save is not None:
        take.save(save)
    found = _graded(take, phrases, ears)
    if as_json:
        print_json(found, seconds=round(len(take.heard()) / take.rate, 1))
    else:
        show(console, found)
        if save is not None:
            console.print(f"The recording is in {save}.", soft_wrap=True, markup=False)
    sys.exit(exit_code(found))


def _phrases(vocabulary: Vocabulary) -> tuple[str, ...]:
    phrases = vocabulary.suggestions(ASKED)
    if not phrases:
        raise ContentError(["The commands have no start, next or stop that could be asked for."])
    return phrases


def _live(app: App, phrases: Sequence[str], console: Console) -> Take:
    from skill.audio.activity import WebRtcVoiceDetector
    from skill.audio.loudspeaker import Loudspeaker
    from skill.audio.microphone import Microphone

    asked = prompts(app.voice, phrases, app.words.prompts)
    with ExitStack() as stack:
        speaker = stack.enter_context(Loudspeaker(app.settings.speaker))
        meter = stack.enter_context(Meter(console))
        microphone = stack.enter_context(
            Microphone(app.settings.microphone, channel=app.settings.channel)
        )
        return MicrophoneTest(microphone, speaker, WebRtcVoiceDetector(), meter.show).run(asked)


def _graded(take: Take, phrases: Sequence[str], ears: Ears) -> tuple[Finding, ...]:
    from skill.audio.activity import WebRtcVoiceDetector

    heard, played = take.heard(), take.played()
    hearing = listen(heard, played, WebRtcVoiceDetector(), take.rate)
    commands = _commands(ears, person_alone(heard, played, take.rate), take.rate)
    meanings = ears.listener.vocabulary.meanings
    named = [phrase for phrase in phrases if meanings[phrase].command in commands]
    above = (delivery(take.lost / take.rate, len(heard) / take.rate), *grades(hearing))
    return (*above, understood(phrases, named, above))


def _commands(ears: Ears, pcm: Pcm, rate: int) -> set[Command]:
    """What is recognised when every command is live."""
    context = Context(frozenset(Command), "testing")
    padded = [pcm[at : at + BLOCK] for at in range(0, len(pcm) - BLOCK + 1, BLOCK)]
    padded += [pcm[:BLOCK] * 0] * SETTLE
    found: set[Command] = set()
    for number, part in enumerate(padded):
        block = Block(number * BLOCK, part)
        decisions = ears.hear(block, block.end_frame * 1000 // rate, context)
        found |= {decision.command for decision in decisions if isinstance(decision, Heard)}
    return found
