"""Reads a YAML file with the line of every value, and refuses what would surprise people.

YAML has more than a content file needs, and some of it misleads: a key given twice (the last one
wins), a bare ``yes`` (true), anchors that grow without bound, tags that build objects. None of it
is accepted, and every refusal says where.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml

from skill.content.places import Document, Trail
from skill.given import read_given, why_not

MAX_BYTES = 512 * 1024
"""About thirty times the built-in content; more is a wrong file."""
MAX_DEPTH = 20
"""The formats nest seven levels deep."""
TOO_DEEP = "lists and mappings are nested too deeply; check the brackets."
MAX_DIGITS = 12

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where the wheel carries it: ten times as fast."""

TAG = "tag:yaml.org,2002:"
TRUE_WORDS = frozenset({"yes", "true", "on"})


def read_document(path: Path, mistakes: list[str]) -> Document | None:
    """Read one file.

    Args:
        path: a YAML file in UTF-8.
        mistakes: gets a sentence for each thing that is wrong.

    Returns:
        The document, or None if it cannot be parsed at all.
    """
    text = _text(path, mistakes)
    if text is None:
        return None
    try:
        surprise = _surprise(str(path), text)
        if surprise:
            mistakes.append(surprise)
            return None
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mistakes.append(_syntax(str(path), text, error))
        return None
    if node is None:
        mistakes.append(f"{path} (line 1): the file is empty; write its content or remove it.")
        return None
    return _Builder(str(path), mistakes).document(node)


def _text(path: Path, mistakes: list[str]) -> str | None:
    try:
        raw = read_given(path, MAX_BYTES)
    except FileNotFoundError:
        mistakes.append(f"{path}: there is no such file; check the path.")
        return None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.EFBIG:
            mistakes.append(
                f"{path}: the file is larger than {MAX_BYTES // 1024} KiB; "
                "it is hardly a content file, so check the path."
            )
            return None
        mistakes.append(
            f"{path}: the file cannot be read ({why_not(error)}); name a YAML file you may read."
        )
        return None
    try:
        # Letters with marks may come as two characters each, which no word of a model has, which
        # no check would find, and which voices read otherwise.
        return normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistakes.append(f"{path} (line {line}): the text is not UTF-8; save the file as UTF-8.")
        return None


def _surprise(file: str, text: str) -> str:
    """The first anchor, tag, second document or overlong nesting, as a mistake; else empty."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=LOADER):
        where = f"{file} (line {_line(event.start_mark)})"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return f"{where}: anchors and aliases (& and *) are not read; write the text out."
        if getattr(event, "tag", None):
            return f"{where}: tags (!) are not read; remove the tag."
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            return f"{where}: a second document begins here; keep one document in a file."
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return f"{where}: {TOO_DEEP}"
    return ""


def _line(mark: Any) -> int:
    """A line as people count; libyaml and PyYAML have marks of their own."""
    return int(mark.line) + 1


def _syntax(file: str, text: str, error: yaml.YAMLError) -> str:
    control = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return (
            f"{file} (line {line}): the text has a control character, "
            f"number {ord(control[0])}, that nobody can see; delete it."
        )
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"{file} (line {mark.line + 1})" if mark else file
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "bad text"
    if "nesting depth" in problem:
        # libyaml reads ahead, and has a limit of its own since PyYAML 6.0.4.
        return f"{where}: {TOO_DEEP}"
    return (
        f"{where}: this is not valid YAML ({problem}); "
        "check the indentation, the quotes and the colons near this line."
    )


class _Builder:
    """Turns YAML nodes into plain values, noting where each one stands."""

    def __init__(self, file: str, mistakes: list[str]) -> None:
        self.file = file
        self.mistakes = mistakes
        self.lines: dict[Trail, int] = {}
        self.written: dict[Trail, str] = {}

    def document(self, node: yaml.Node) -> Document:
        """The whole document below its top node."""
        data = self._value(node, ())
        return Document(self.file, data, self.lines, self.written)

    def _value(self, node: yaml.Node, trail: Trail) -> object:
        self.lines[trail] = _line(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return {name: self._value(child, (*trail, name)) for name, child in self._pairs(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*trail, index)) for index, child in enumerate(node.value)]
        self.written[trail] = node.value
        return _scalar(node.tag.removeprefix(TAG), node.value)

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
        first: dict[str, int] = {}
        for key, child in node.value:
            line = _line(key.start_mark)
            where = f"{self.file} (line {line})"
            if not isinstance(key, yaml.ScalarNode):
                self.mistakes.append(f"{where}: a list cannot be a name; check the brackets.")
                continue
            if key.value in first:
                self.mistakes.append(
                    f'{where}: "{key.value}" is given twice, first in line {first[key.value]}; '
                    "keep one of the two."
                )
                continue
            first[key.value] = line
            if key.tag == f"{TAG}bool":
                truth = _scalar("bool", key.value)
                self.mistakes.append(
                    f"{where}: YAML reads the bare name {key.value} as {str(truth).lower()}; "
                    f'write it in quotes: "{key.value}".'
                )
            yield key.value, child


def _scalar(kind: str, written: str) -> object:
    """A plain value; a number in an unusual notation (1:30, 0x10) stays the text it is."""
    if kind == "bool":
        return written.lower() in TRUE_WORDS
    if kind == "null":
        return None
    digits = written.lstrip("+-")
    if kind == "int" and digits.isdecimal() and len(digits) <= MAX_DIGITS:
        return int(written)
    if kind == "float":
        try:
            return float(written)
        except ValueError:
            return written
    return written
