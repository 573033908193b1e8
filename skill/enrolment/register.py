"""The people the coach has learnt, one small YAML file each."""

import re
import wave
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryFile
from typing import Annotated, Any

import yaml
from pydantic import Field

from skill.content.document import read_document
from skill.content.schema import Strict
from skill.content.shape import fit
from skill.enrolment.person import ANYBODY, Person
from skill.enrolment.takes import Take
from skill.errors import ContentError, SettingsError, StorageError
from skill.languages import ENGLISH, languages
from skill.lasting import replace_text, sync, sync_whole, unfinished
from skill.ports import RATE

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
HEADER = "# What roller-coach learnt of a voice. `roller-coach enrol NAME --forget` deletes it.\n"


class Learnt(Strict):
    """What was learnt with one model."""

    model: str
    factor: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0

    @property
    def entry(self) -> "Entry":
        """The same, for the program."""
        return Entry(self.model, Person(self.factor))


class PersonFile(Learnt):
    """One person's file: what was learnt last, and what with the models of other languages."""

    others: list[Learnt] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as they were kept.

    Attributes:
        model: mark of the recogniser's model that they were learnt with.
        person: what was learnt.
    """

    model: str
    person: Person = ANYBODY


class Register:
    """Keeps people in a folder.

    Args:
        folder: made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """A person's file.

        Raises:
            SettingsError: if that cannot be a person's name here.
        """
        if not NAME.fullmatch(name):
            raise SettingsError(
                f'"{name}" cannot be a person\'s name here.',
                "Use up to 32 lower-case letters, digits, - and _, for example: anna.",
            )
        return self.folder / f"{name}.yaml"

    def names(self) -> tuple[str, ...]:
        """Everybody in the register."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.yaml")))

    def get(self, name: str) -> tuple[Entry, ...]:
        """What is known of a person, for each model that they were learnt with; the last first.

        Raises:
            SettingsError: if nothing is.
            ContentError: if their file cannot be used.
        """
        path = self.path(name)
        if not path.is_file():
            known = self.names()
            others = f"known are {', '.join(known)}" if known else "nobody is known yet"
            raise SettingsError(
                f'The coach does not know "{name}"; {others}.',
                f"Introduce yourself with `roller-coach enrol {name}`, or leave --person out.",
            )
        mistakes: list[str] = []
        document = read_document(path, mistakes)
        found = document and fit(document, PersonFile, mistakes)
        if not found or mistakes:
            mistakes[-1] += f" Or enrol {name} again."
            raise ContentError(mistakes)
        return found.entry, *(other.entry for other in found.others)

    def _make(self) -> None:
        """Make the folder, readable by nobody else."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prepare(self) -> None:
        """Make the folder, and see that something can be kept in it.

        Raises:
            StorageError: if nothing can.
        """
        try:
            self._make()
            with TemporaryFile(dir=self.folder):
                pass
        except OSError as failure:
            raise _unwritable(self.folder, failure) from failure

    def put(self, name: str, entry: Entry) -> Path:
        """Keep what was learnt, instead of what was with the same model or an older one of that
        name. The old file is replaced as a whole.

        Raises:
            StorageError: if it cannot be written.
        """
        path = self.path(name)
        written = _written(entry)
        if others := self._with_others(name, entry.model):
            written["others"] = [_written(other) for other in others]
        text = HEADER + yaml.safe_dump(written, sort_keys=False)
        try:
            self._make()
            replace_text(path, text)
        except OSError as failure:
            raise _unwritable(path, failure) from failure
        return path

    def _with_others(self, name: str, model: str) -> tuple[Entry, ...]:
        """What is known of a person by models of other names."""
        try:
            known = self.get(name)
        except (SettingsError, ContentError):  # nothing, or nothing that can be used
            return ()
        return tuple(one for one in known if _folder(one.model) != _folder(model))

    def recordings(self, name: str, language: str = ENGLISH) -> Path:
        """Where a person's recordings in a language are, if they are kept."""
        return self.path(name).with_suffix("" if language == ENGLISH else f".{language}")

    def keep(self, name: str, takes: Sequence[Take], language: str = ENGLISH) -> Path:
        """Keep recordings beside a person's file, named as `read_takes` reads them, instead of
        those that were kept before in the language; readable by nobody else.

        Raises:
            StorageError: if they cannot be written.
        """
        folder = self.recordings(name, language)
        fresh = unfinished(folder)
        try:
            rmtree(fresh, ignore_errors=True)
            self._make()
            _write(takes, fresh)
            # Or a power cut may leave empty sounds instead of those that were kept before.
            sync_whole(fresh)
            if folder.is_dir():
                rmtree(folder)
            fresh.replace(folder)
            sync(self.folder)
        except OSError as failure:
            raise StorageError(
                f"The recordings cannot be kept in {folder}: {failure.strerror}.",
                "What was learnt is kept; free some space, and enrol again with --keep.",
            ) from failure
        finally:
            rmtree(fresh, ignore_errors=True)  # it would fill the disk that is full
        return folder

    def forget(self, name: str) -> bool:
        """Delete a person's file and recordings, half-written ones of a killed process too; False
        if there was nothing.

        Raises:
            StorageError: if they cannot be deleted.
        """
        path = self.path(name)
        recordings = [self.recordings(name, language) for language in languages()]
        files = _there(path, unfinished(path))
        folders = _there(*recordings, *map(unfinished, recordings))
        try:
            for file in files:
                file.unlink()
            for folder in folders:
                rmtree(folder)
        except OSError as failure:
            raise StorageError(
                f"What is known of {name} in {self.folder} cannot be deleted: {failure.strerror}.",
                "Delete it by hand.",
            ) from failure
        return bool(files or folders)


def _write(takes: Sequence[Take], folder: Path) -> None:
    count: Counter[str] = Counter()
    folder.mkdir(mode=0o700)
    for take in takes:
        count[take.phrase] += 1
        with wave.open(str(folder / f"{take.phrase}.{count[take.phrase]}.wav"), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", ""))
            out.writeframes(take.pcm.tobytes())


def _there(*paths: Path) -> list[Path]:
    return [path for path in paths if path.exists()]


def model_mark(folder: Path) -> str:
    """What tells one recogniser's model from another: a digest of its files' names and sizes, and
    of their checksums where it has them.
    """
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        if path.name == "SHA256SUMS":
            digest.update(path.read_bytes())
    return f"{folder.name} {digest.hexdigest()[:16]}"


def _written(entry: Entry) -> dict[str, Any]:
    return Learnt(model=entry.model, factor=entry.person.factor).model_dump()


def _folder(mark: str) -> str:
    """The name of the model that has a mark."""
    return mark.rpartition(" ")[0]


def _unwritable(path: Path, failure: OSError) -> StorageError:
    return StorageError(
        f"What was learnt cannot be kept in {path}: {failure.strerror}.",
        "Free some space or make the folder writable, and enrol again.",
    )
