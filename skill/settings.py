"""Settings: one frozen value, from a file and from flags."""

import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from skill.errors import SettingsError, listed, mistakes_in
from skill.given import is_folder, is_possible, read_given
from skill.languages import DATA, ENGLISH, Language, find_language, languages, one_of_them

NAME = "roller-coach"
PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent
_IN_WHEEL = PACKAGE / "data" / "models"
SHIPPED = _IN_WHEEL if _IN_WHEEL.is_dir() else CHECKOUT / "models"
"""The built-in model and voice, and the lists of official ones. A wheel has them inside the package
(hatch_build.py)."""

DEMO = DATA / "sessions" / "demo.ogg"
"""The recorded session in English: synthetic voices in a simulated room (scripts/make_demo.py)."""


def restoring() -> str:
    """What brings back a file of the built-in model or voice, as a sentence."""
    if (CHECKOUT / ".git").exists():
        clone = shlex.quote(str(CHECKOUT))
        return f"It came with the coach: `git -C {clone} checkout -- models` restores it."
    return (
        "It came with the coach: install that again from your bundle or wheel, with pip's "
        "--force-reinstall."
    )


def _user(kind: str) -> Path:
    """One of the person's own folders.

    Raises:
        SettingsError: if the system does not say where they are.
    """
    try:
        return Path(getattr(platformdirs, f"user_{kind}_path")(NAME))
    except RuntimeError as failure:  # a container's user, of whom the system knows a number alone
        raise SettingsError(
            "Whoever runs this has no home folder: HOME is not set, and the system knows nobody "
            "of that number.",
            "Set HOME to a folder that may be written to.",
        ) from failure


def _separated(value: object) -> object:
    """Names in one string are separated by commas."""
    if not isinstance(value, str):
        return value
    return tuple(name for part in value.split(",") if (name := part.strip()))


def _named(value: object) -> object:
    """A file or folder that can be; `~` is the person's own, as in a shell."""
    if not isinstance(value, str | Path):
        return value
    if not str(value):
        raise ValueError("an empty name is no place; leave it out for the usual one")
    try:
        path = Path(value).expanduser()
    except RuntimeError as failure:
        raise ValueError(f"nobody here is called {value}; write another name") from failure
    if not is_possible(path):
        raise ValueError("no file can have that name; write another")
    return path


def _file(kind: str) -> Any:
    """A field for one of the content files, by default that of the language."""
    return Field(default_factory=lambda given: DATA / getattr(_chosen(given), kind))


def _chosen(given: Mapping[str, Any]) -> Language:
    return find_language(given.get("language", ENGLISH))


def _model(given: Mapping[str, Any]) -> Path:
    *installed, built_in = _chosen(given).models
    there = (given["models"] / name for name in installed if "models" in given)
    return next((folder for folder in there if is_folder(folder)), SHIPPED / built_in)


def _voice(given: Mapping[str, Any]) -> str:
    *installed, always = _chosen(given).voices
    there = (name for name in installed if "models" in given)
    return next((name for name in there if _holds_voice(given["models"] / name)), always)


def _holds_voice(folder: Path) -> bool:
    return is_folder(folder) and (folder / f"{folder.name}.onnx").is_file()


Place = Annotated[Path, BeforeValidator(_named)]
Names = Annotated[tuple[str, ...], BeforeValidator(_separated)]
Whole = Annotated[int, Field(strict=True)]
"""Or true would be 1."""
Channel = Annotated[Whole, Field(ge=0)] | Literal["mix"]

JOURNALED = ("language", "ask_after_s", "sleep_after_s", "mute_while_speaking", "cancel_echo")
"""Settings on which it depends how a session goes on, whatever is said in it."""


class Settings(BaseModel):
    """Everything that can be chosen. Flags win over the file, the file over these defaults.

    Attributes:
        models: folder for downloaded models and voices.
        language: two letters; it chooses the next six, as far as they are not given.
        routine, phrases, commands: content files.
        words: what the page and the prompts of tests say, a content file as well.
        model: folder of a Vosk model, or the name of an installed one.
        voice: `built-in`; `espeak`, or `espeak:NAME` for one of espeak-ng's voices; a Piper
            voice's ONNX file, or the name of an installed one.
        microphone, speaker: parts of device names, the most wanted first, "default" being the
            system's default; a list, or one string with commas. Empty: the system's default.
        microphone_channel: which channel of a microphone with several, from 0, or "mix".
        mute_while_speaking: be deaf while the coach speaks. Loses "stop"; only for rooms where
            the coach hears itself whatever is done about it.
        cache: folder for rendered lines.
        state: folder for the bookmark, the history and the last session's journal.
        people: folder for what `roller-coach enrol` has learnt.
        person: name of whoever speaks, if they are enrolled; empty for anybody.
        duck_music: lower other programs' sound while the coach speaks, where the system allows it.
        cancel_echo: take the coach's own voice out of what the microphone hears.
        keep_awake: play a hiss that nobody hears, for amplifiers that switch off in silence.
        keep_minutes: how many of the last minutes a recorder holds in memory and writes down when
            the person says "that was wrong", or the program crashes; 0: there is no recorder.
        mqtt: an MQTT broker, where Home Assistant follows the session: a host, or
            mqtt[s]://USER:PASSWORD@HOST:PORT; empty: none.
        mqtt_name: what the coach is called there, in 100 letters at most.
        button_pin, led_pin: GPIO numbers (Broadcom's) of a button and a light on a Raspberry Pi;
            none by default.
        page: serve a page that follows the session; a recorded one then takes as long as it lasts.
        page_host, page_port: where; another host than 127.0.0.1 lets other machines see it.
        keep_history: note how long each live session was and which steps were done.
        ask_after_s, sleep_after_s: silence until the one soft question, and from there to sleep.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: Place = Field(default_factory=lambda: _user("data") / "models")
    language: str = ENGLISH
    routine: Place = _file("routine")
    phrases: Place = _file("phrases")
    commands: Place = _file("commands")
    words: Place = _file("words")
    model: Place = Field(default_factory=_model)
    voice: str = Field(default_factory=_voice)
    microphone: Names = ()
    speaker: Names = ()
    microphone_channel: Channel = "mix"
    mute_while_speaking: bool = False
    cache: Place = Field(default_factory=lambda: _user("cache") / "lines")
    state: Place = Field(default_factory=lambda: _user("state"))
    people: Place = Field(default_factory=lambda: _user("data") / "people")
    person: str = ""
    duck_music: bool = True
    cancel_echo: bool = True
    keep_awake: bool = False
    keep_minutes: Whole = Field(default=0, ge=0, le=30)
    mqtt: str = ""
    mqtt_name: str = Field(default="Roller coach", min_length=1, max_length=100)
    button_pin: Whole | None = Field(default=None, ge=0, le=27)
    led_pin: Whole | None = Field(default=None, ge=0, le=27)
    keep_history: bool = True
    page: bool = False
    page_host: str = "127.0.0.1"
    page_port: Whole = Field(default=8470, ge=0, le=65535)
    ask_after_s: Whole = Field(default=45, ge=5, le=3600)
    sleep_after_s: Whole = Field(default=45, ge=5, le=3600)

    @field_validator("language")
    @classmethod
    def _is_spoken(cls, code: str) -> str:
        if code not in languages():
            raise ValueError(one_of_them())
        return code

    @field_validator("page_host")
    @classmethod
    def _is_named(cls, host: str) -> str:
        if not host.strip():
            raise ValueError("an empty name is no machine's; leave it out for this one")
        return host

    @property
    def chosen(self) -> Language:
        """What belongs to the language."""
        return find_language(self.language)

    @property
    def has_better_model(self) -> bool:
        """Whether the language found an installed model that it prefers to its built-in one."""
        return "model" not in self.model_fields_set and not self._built_in

    @property
    def stopgap(self) -> str:
        """Why a better model should be installed, and how; empty if there is no reason."""
        if not (self.chosen.stopgap and self._built_in):
            return ""
        return (
            f"The coach hears with a stopgap: {self.chosen.stopgap}. Install the official model: "
            f"roller-coach models get {self.chosen.models[0]}"
        )

    @property
    def demo(self) -> Path:
        """The recorded session that ships."""
        return DATA / self.chosen.demo

    @property
    def _built_in(self) -> bool:
        return self.model == SHIPPED / self.chosen.models[-1]

    def but_for(self, others: Mapping[str, object]) -> Self:
        """The same choices, but for some.

        Raises:
            ContentError: if the coach does not speak the language among them.
            ValueError: if another one cannot be.
        """
        if "language" in others:
            find_language(str(others["language"]))
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return self.model_validate({**given, **others})

    @property
    def history(self) -> Path:
        """The file that keeps the history."""
        return self.state / "history.sqlite3"

    @property
    def channel(self) -> int | None:
        """The microphone's channel to hear; None for a mix."""
        return None if self.microphone_channel == "mix" else self.microphone_channel


def settings_file() -> Path:
    """Where a person's settings are looked for."""
    return _user("config") / "settings.toml"


def read_settings(path: Path | None = None, flags: Mapping[str, object] | None = None) -> Settings:
    """Settings from a file and flags.

    Args:
        path: a TOML file; None for the person's own, which may be missing.
        flags: values given on the command line; None values count as not given.

    Raises:
        SettingsError: if the file cannot be read, or holds an unknown name or an unusable value.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    file = path or settings_file()
    written = _written(path)
    values = {**_parsed(file, written), **given}
    try:
        return Settings.model_validate(values)
    except ValidationError as failure:
        # Nobody waits for it where there are none.
        from skill.settings_mistakes import line_of, sentences  # noqa: PLC0415

        def place(name: str) -> str:
            if name in given:
                return f"--{name.replace('_', '-')}"
            line = line_of(name, written)
            return f"{file}, line {line}" if line else str(file)

        found = sentences(failure.errors(), list(Settings.model_fields), place)
        summary = mistakes_in("the settings", found)
        raise SettingsError(summary, "", listed(found)) from failure


def _written(path: Path | None) -> str:
    """What stands in a settings file; nothing in the person's own, if they have none."""
    chosen = path or settings_file()
    try:
        return read_given(chosen).decode("utf-8-sig")  # Notepad's mark
    except FileNotFoundError as failure:
        if path is None:
            return ""
        raise SettingsError(
            f"There is no settings file {path}.", "Check the name, or leave --settings out."
        ) from failure
    except OSError as failure:
        raise SettingsError(
            f"The settings file {chosen} cannot be read: {failure.strerror}.",
            "Make sure that whoever runs the coach may read it, and its folder.",
        ) from failure
    except UnicodeDecodeError as failure:
        raise _no_toml(chosen, failure) from failure


def _parsed(file: Path, written: str) -> dict[str, object]:
    try:
        return tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError) as failure:
        raise _no_toml(file, failure) from failure
    except ValueError as failure:  # what Python says of it is for programmers
        raise SettingsError(
            f"The settings file {file} has a number of thousands of digits in it.",
            "Write a shorter one.",
        ) from failure


def _no_toml(file: Path, failure: Exception) -> SettingsError:
    return SettingsError(
        f"The settings file {file} cannot be read: {failure}.",
        'It must be TOML, for example: voice = "espeak".',
    )
