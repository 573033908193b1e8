"""The lists of official models and voices, read strictly from YAML."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from skill.errors import CoachError, ContentError, ModelError, VoiceError
from skill.given import read_given

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_secure(url: str) -> bool:
    """Whether nobody on the way can change what comes from there: https, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def _secure(url: str) -> str:
    if not is_secure(url):
        raise ValueError("should be an https address")
    return url


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Remote(_Strict):
    """A file that somebody publishes.

    Attributes:
        url: where it lies.
        size: in bytes; exact when a checksum is given, otherwise roughly.
        sha256: 64 hexadecimal digits, if known.
        md5: 32 of them, if known: shows damage, but no malice.
    """

    url: Annotated[str, AfterValidator(_secure)]
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None
    md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None

    @property
    def host(self) -> str:
        """Who publishes it: "alphacephei.com"."""
        return urlsplit(self.url).hostname or self.url

    @property
    def is_exact(self) -> bool:
        """Whether it is known which file it must be, to the byte."""
        return self.sha256 is not None or self.md5 is not None


class Item(_Strict):
    """What can be installed under a name.

    Attributes:
        name: unique; the folder it is installed in.
        title: a few words for people.
        language: two letters, or with a region: "en-US".
        licence: SPDX identifier.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    title: Annotated[str, StringConstraints(min_length=1)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    licence: Annotated[str, StringConstraints(min_length=1)]


class Entry(Item, Remote):
    """One official recogniser's model: a zip. Without `sha256` it is trusted on first use.

    Attributes:
        kind: what it is for.
    """

    kind: Literal["vosk"]


class VoiceEntry(Item):
    """One official voice: two files.

    Attributes:
        kind: which engine speaks it.
        tried: whether this project has spoken with it.
        model, config: the network and its settings.
    """

    kind: Literal["piper"]
    tried: bool
    model: Remote
    config: Remote

    @property
    def size(self) -> int:
        """Bytes of both files."""
        return self.model.size + self.config.size

    @property
    def files(self) -> tuple[tuple[str, Remote], ...]:
        """Name and origin of both files, the network first."""
        return (f"{self.name}.onnx", self.model), (f"{self.name}.onnx.json", self.config)


E = TypeVar("E", bound=Item)


class _List(_Strict, Generic[E]):
    """What can be installed, in the order of the file."""

    def entries(self) -> tuple[E, ...]:
        """All of it."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [entry.name.lower() for entry in self.entries()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]} should be used once")
        return self

    def _find(self, name: str, kind: str, error: type[CoachError]) -> E:
        for entry in self.entries():
            if entry.name == name:
                return entry
        names = [entry.name for entry in self.entries()]
        near = get_close_matches(name, names, n=1) or names
        raise error(f"There is no official {kind} {name!r}.", f"Try {' or '.join(near)}.")


class Manifest(_List[Entry]):
    """All official models."""

    models: Annotated[tuple[Entry, ...], Field(strict=False)]

    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return self.models

    def find(self, name: str) -> Entry:
        """The model with this name.

        Raises:
            ModelError: if there is none.
        """
        return self._find(name, "model", ModelError)


class VoiceManifest(_List[VoiceEntry]):
    """All official voices."""

    voices: Annotated[tuple[VoiceEntry, ...], Field(strict=False)]

    def entries(self) -> tuple[VoiceEntry, ...]:
        """All of them."""
        return self.voices

    def find(self, name: str) -> VoiceEntry:
        """The voice with this name.

        Raises:
            VoiceError: if there is none.
        """
        return self._find(name, "voice", VoiceError)


def load_manifest(path: Path) -> Manifest:
    """Read the list of official models.

    Raises:
        ContentError: with every mistake, each naming the file and the place.
    """
    return _load(path, Manifest)


def load_voices(path: Path) -> VoiceManifest:
    """Read the list of official voices.

    Raises:
        ContentError: with every mistake, each naming the file and the place.
    """
    return _load(path, VoiceManifest)


M = TypeVar("M", bound=BaseModel)


def _load(path: Path, kind: type[M]) -> M:
    try:
        data = yaml.safe_load(read_given(path).decode("utf-8"))
    except OSError as error:
        raise ContentError([f"{path}: cannot be read: {error.strerror}. Restore it."]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError([f"{path}: is not YAML: {_line(error)}. Correct it."]) from error
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        mistakes = [
            f"{path}: {_place(mistake['loc'], data)}{mistake['msg']}. Correct it."
            for mistake in error.errors()
        ]
        raise ContentError(mistakes) from error


def _line(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, {error.problem}"
    return " ".join(str(error).split())


def _place(location: tuple[int | str, ...], data: Any) -> str:
    """Words for a place in the file: ``model 2 (vosk-model-x), sha256: ``."""
    match location:
        case ():
            return ""
        case ("models" | "voices" as kind, int() as index, *rest):
            entry = data[kind][index]
            name = f" ({entry['name']})" if isinstance(entry, dict) and "name" in entry else ""
            return ", ".join([f"{kind[:-1]} {index + 1}{name}", *map(str, rest)]) + ": "
        case _:
            return ", ".join(map(str, location)) + ": "
