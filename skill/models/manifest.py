"""The list of official models, read strictly from YAML."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
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

from skill.errors import ContentError, ModelError

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


class Entry(_Strict):
    """One official model.

    A second kind, with other files, becomes a class of its own, told apart by `kind`.

    Attributes:
        name: unique; the folder it is installed in.
        kind: what it is for.
        title: a few words for people.
        language: two letters, or with a region: "en-US".
        licence: SPDX identifier.
        url: where its zip lies.
        size: of the zip in bytes; exact when `sha256` is given, otherwise roughly.
        sha256: of the zip, 64 hexadecimal digits; None: trusted on first use.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    kind: Literal["vosk"]
    title: Annotated[str, StringConstraints(min_length=1)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    licence: Annotated[str, StringConstraints(min_length=1)]
    url: Annotated[str, AfterValidator(_secure)]
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None

    @property
    def host(self) -> str:
        """Who publishes the zip: "alphacephei.com"."""
        return urlsplit(self.url).hostname or self.url


class Manifest(_Strict):
    """All official models, in the order of the file."""

    models: Annotated[tuple[Entry, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [entry.name.lower() for entry in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]} should be used once")
        return self

    def find(self, name: str) -> Entry:
        """The model with this name.

        Raises:
            ModelError: if there is none.
        """
        for entry in self.models:
            if entry.name == name:
                return entry
        names = [entry.name for entry in self.models]
        near = get_close_matches(name, names, n=1) or names
        raise ModelError(f"There is no official model {name!r}.", f"Try {' or '.join(near)}.")


def load_manifest(path: Path) -> Manifest:
    """Read the list of official models.

    Raises:
        ContentError: with every mistake, each naming the file and the place.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContentError([f"{path}: cannot be read: {error.strerror}. Restore it."]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError([f"{path}: is not YAML: {_line(error)}. Correct it."]) from error
    try:
        return Manifest.model_validate(data)
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
        case ("models", int() as index, *rest):
            entry = data["models"][index]
            name = f" ({entry['name']})" if isinstance(entry, dict) and "name" in entry else ""
            return ", ".join([f"model {index + 1}{name}", *map(str, rest)]) + ": "
        case _:
            return ", ".join(map(str, location)) + ": "
