"""`roller-coach enrol`: the coach learns one person's voice."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from skill.app import App
from skill.cli.console import print_whole, terminal
from skill.cli.ending import ending_well, keeping_nothing
from skill.cli.options import FILE, microphone_option, speaker_option, with_app
from skill.core.vocabulary import Command, Vocabulary
from skill.enrolment.learning import Lab, Lesson, learn
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.register import Entry, Register, model_mark
from skill.enrolment.studio import Notice, Studio
from skill.enrolment.takes import Take, enough, read_takes
from skill.enrolment.trial import Outcome
from skill.errors import SettingsError, counted

SOMEBODY = "me"


@click.command()
@click.argument("name", required=False)
@with_app
@click.option(
    "--from",
    "folder",
    type=FILE,
    help="Learn from sound files named after their words: next.wav, start rolling.2.wav.",
)
@click.option("--keep", is_flag=True, help="Keep the recordings, too.")
@click.option("--forget", is_flag=True, help="Delete everything known of NAME.")
@microphone_option
@speaker_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def enrol(
    app: App, *, name: str | None, folder: Path | None, keep: bool, forget: bool, as_json: bool
) -> None:
    """Learn NAME's voice from every command, said once; `--person NAME` uses what was learnt.

    It stays in one small file on this machine, and is nothing if nothing helped.
    """
    # An empty one, as of an unset variable, is nobody: least of all somebody to be forgotten.
    name = name if name is not None else app.settings.person or SOMEBODY
    register = Register(app.settings.people)
    path = register.path(name)
    if forget:
        if keep or folder is not None:
            raise SettingsError(
                "--forget deletes everything, and --from and --keep would learn something.",
                "Leave either out.",
            )
        _forget(register, name)
        return
    # Whoever is chosen, everybody is heard with the same ears here.
    app = App(app.settings.model_copy(update={"person": ""}))
    app.ears()  # what is wrong with model or content is said before anybody speaks
    console = Console(stderr=True, highlight=False) if as_json else terminal()
    vocabulary = app.content.vocabulary
    with keeping_nothing(), ending_well():
        takes = _takes(app, folder, register, console)
        with _progress(console, as_json=as_json) as progress:
            lesson = learn(takes, Lab(app.hearing.ears_for, vocabulary, progress))
    register.put(name, Entry(model_mark(app.hearing.model.folder), lesson.person))
    spoken = app.settings.language
    kept = register.keep(name, takes, spoken) if keep else register.recordings(name, spoken)
    if as_json:
        click.echo(json.dumps(_facts(name, path, lesson)))
    else:
        _show(console, name, path, lesson, kept)


def _forget(register: Register, name: str) -> None:
    if not register.forget(name):
        known = ", ".join(register.names()) or "nobody"
        raise SettingsError(
            f'Nothing is known of "{name}".', f"Those who can be forgotten: {known}."
        )
    click.echo(f"Everything known of {name} is deleted.")


def _takes(app: App, folder: Path | None, register: Register, console: Console) -> tuple[Take, ...]:
    """Recordings to learn from, after seeing that what is learnt can be kept."""
    vocabulary = app.content.vocabulary
    if folder is not None:
        takes = read_takes(folder, vocabulary.meanings)
        register.prepare()
        return takes
    register.prepare()
    takes = _recorded(app, vocabulary, console)
    enough(takes, "What was heard")
    return takes


def _recorded(app: App, vocabulary: Vocabulary, console: Console) -> tuple[Take, ...]:
    """Ask for every command once."""
    from skill.audio.activity import WebRtcVoiceDetector
    from skill.audio.loudspeaker import Loudspeaker
    from skill.audio.microphone import Microphone

    phrases = vocabulary.suggestions(Command)
    with ExitStack() as stack:
        speaker = stack.enter_context(Loudspeaker(app.settings.speaker))
        voice = app.voice
        chosen = app.settings
        microphone = stack.enter_context(Microphone(chosen.microphone, channel=chosen.channel))
        tell, words = partial(_tell, console), app.words.prompts
        studio = Studio(
            microphone, speaker, voice, WebRtcVoiceDetector, asking=words["say"], tell=tell
        )
        console.print(
            f"{counted(len(phrases), 'command')}, a few minutes. Ctrl-C ends it; nothing is kept."
        )
        studio.say(words["enrol"])
        return studio.ask_all(phrases)


def _tell(console: Console, notice: Notice, phrase: str, why: str) -> None:
    match notice:
        case Notice.SAY:
            console.print(f'Say: "{phrase}"')
        case Notice.TAKEN:
            console.print("  recorded", style="dim")
        case Notice.LEFT_OUT:
            console.print(f'  "{phrase}" is left out.')
        case _:
            console.print(f"  {why}")


@contextmanager
def _progress(console: Console, *, as_json: bool) -> Iterator[Callable[[int, int], None]]:
    shown = console.is_terminal and not as_json
    with Progress(console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("Learning", total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)


def _facts(name: str, path: Path, lesson: Lesson) -> dict[str, object]:
    return {
        "name": name,
        "file": str(path),
        "factor": lesson.person.factor,
        "takes": len(lesson.results),
        "understood_before": lesson.before,
        "understood_after_leaving_each_out": lesson.after,
    }


def _show(console: Console, name: str, path: Path, lesson: Lesson, kept: Path) -> None:
    changed = [r for r in lesson.results if not (r.before.understood and r.after.understood)]
    if changed:
        table = Table(box=None, pad_edge=False)
        for title in ("not always understood", "before", "after"):
            table.add_column(title)
        for result in changed:
            table.add_row(result.phrase, *map(_share, (result.before, result.after)))
        print_whole(table)
    count = len(lesson.results)
    after = "After" if lesson.person != ANYBODY else "With what was tried"
    recordings = f"recordings in {kept}" if kept.is_dir() else "no recordings"
    lines = (
        f"Understood before: {lesson.before} of {count} recordings.",
        f"{after}: {lesson.after} of {count}, each heard by ears fitted to the other {count - 1}.",
        _what(name, lesson.person),
        f"Kept: {path}; {recordings}.",
    )
    use = f'Use it: roller-coach run --person {name}, or person = "{name}" in settings.'
    helped = (use,) if lesson.person != ANYBODY else ()
    console.print("\n".join((*lines, *helped)), soft_wrap=True, markup=False)


def _share(outcome: Outcome) -> str:
    return f"{outcome.chance:.0%}" + ("" if outcome.understood else ", missed")


def _what(name: str, person: Person) -> str:
    if person == ANYBODY:
        return f"Nothing was found that helps {name}; the coach hears {name} like anybody."
    higher = "higher" if person.factor < 1 else "deeper"
    return f"Learnt: {name}'s voice is {higher} than most (it is played at {person.factor:.2f})."
