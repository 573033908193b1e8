"""Expands hassil's sentence templates into phrases, refusing those that would not end well."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import islice
from math import factorial, prod
from unicodedata import normalize

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
)
from hassil.intents import TextSlotList
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_expression

_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*"
_PHRASE = re.compile(f"{_WORD}(?: {_WORD})*")
_CURVED = "\u2019"
SLOT = "exercise"
"""The only list that a template may use: the names of one exercise."""
MAX_TEMPLATE = 200
"""Characters."""
MAX_EXPANSION = 500
"""Phrases from one template."""
MAX_PERMUTED = 5
MAX_DEPTH = 100
"""Brackets and rules inside each other."""
MAX_PARTS = 2000
"""Of a template with its rules written out: forty rules that use the next one twice have no end."""


class TemplateError(Exception):
    """A template that cannot be expanded.

    Args:
        problem: what is wrong.
        remedy: what to do.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy


def is_phrase(text: str) -> bool:
    """Whether a text is lower-case words of any alphabet, with single spaces between.

    Letters with marks must be single characters (NFC), as they are in a model's list of words.
    """
    return bool(_PHRASE.fullmatch(text)) and text == normalize("NFC", text.lower())


def straight(text: str) -> str:
    """The text with apostrophes as models write them; word processors and phones curve them."""
    return text.replace(_CURVED, "'")


@cache
def parse(template: str) -> Sentence:
    """Parse one template.

    Raises:
        TemplateError: if it is no template.
    """
    if not template.strip():
        raise TemplateError("it has no words", "write some or remove it")
    if len(template) > MAX_TEMPLATE:
        raise TemplateError("the sentence is too long", "split it into several")
    try:
        return parse_sentence(template)
    except (ParseError, AssertionError, ValueError, IndexError):
        # hassil's own text shows parser states; its asserts guard against empty brackets.
        raise TemplateError(
            f'the brackets in "{template}" do not fit', "pair every ( ) [ ] { } and < >"
        ) from None


def uses_slot(template: str, rules: Mapping[str, str]) -> bool:
    """Whether a template, or a rule it uses, has a place for an exercise's name.

    Raises:
        TemplateError: if it is no template, or uses a list or rule that does not exist, or a
            rule that uses itself, or would expand into too many phrases.
    """
    _check_size(template, rules)
    return any(isinstance(part, ListReference) for part in _parts(template, rules))


def expand(template: str, rules: Mapping[str, str], names: Collection[str]) -> list[str]:
    """Every phrase of a template that `uses_slot` has accepted, in the template's order.

    Args:
        template: hassil's notation.
        rules: templates by name.
        names: what ``{exercise}`` stands for.
    """
    sampled = sample_expression(
        parse(template).expression,
        {SLOT: TextSlotList.from_strings(names, allow_template=False)},
        {name: parse(rule) for name, rule in rules.items()},
    )
    return list(dict.fromkeys(" ".join(phrase.split()) for phrase in sampled))


def _check_size(template: str, rules: Mapping[str, str]) -> None:
    if sum(1 for _ in islice(_parts(template, rules), MAX_PARTS)) == MAX_PARTS:
        raise TemplateError(
            f'"{template}" has {MAX_PARTS} parts or more in its rules', "use fewer or shorter rules"
        )
    if _size(parse(template).expression, rules, ()) > MAX_EXPANSION:
        raise TemplateError(
            f'"{template}" stands for more than {MAX_EXPANSION} phrases', "use fewer choices"
        )


def _size(part: Expression, rules: Mapping[str, str], open_rules: tuple[str, ...]) -> int:
    """An upper bound of the phrases, counting one name for the slot."""
    if isinstance(part, RuleReference):
        return _size(_rule(part, rules, open_rules), rules, (*open_rules, part.rule_name))
    if isinstance(part, ListReference):
        if part.list_name != SLOT:
            raise TemplateError(
                f'there is no list "{part.list_name}"', f"write {{{SLOT}}} or plain words"
            )
        return 1
    if not isinstance(part, Group):
        return 1
    sizes = [_size(item, rules, open_rules) for item in part.items]
    if isinstance(part, Alternative):
        return min(sum(sizes), MAX_EXPANSION + 1)
    if isinstance(part, Permutation):
        if len(sizes) > MAX_PERMUTED:
            raise TemplateError("too many things are permuted with ;", "write the orders out")
        sizes.append(factorial(len(sizes)))
    return min(prod(sizes), MAX_EXPANSION + 1)


def _parts(template: str, rules: Mapping[str, str]) -> Iterator[Expression]:
    """Everything in a template, with its rules written out."""
    waiting: list[tuple[Expression, tuple[str, ...], int]]
    waiting = [(parse(template).expression, (), 0)]
    while waiting:
        part, open_rules, depth = waiting.pop()
        yield part
        if depth == MAX_DEPTH:
            raise TemplateError(
                f'"{template}" is nested too deeply', "use fewer brackets and rules"
            )
        if isinstance(part, RuleReference):
            rule = _rule(part, rules, open_rules)
            waiting.append((rule, (*open_rules, part.rule_name), depth + 1))
        if isinstance(part, Group):
            waiting += ((item, open_rules, depth + 1) for item in part.items)


def _rule(part: RuleReference, rules: Mapping[str, str], open_rules: tuple[str, ...]) -> Expression:
    name = part.rule_name
    if name not in rules:
        raise TemplateError(f"there is no rule <{name}>", "add it to expansion_rules")
    if name in open_rules:
        raise TemplateError(f"the rule <{name}> uses itself", "write it without itself")
    return parse(rules[name]).expression
