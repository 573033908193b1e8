"""What only a recogniser's model can tell about content: words it has never heard of, or cannot
tell apart.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace

from skill.content.load import Content
from skill.content.places import sentence
from skill.content.schema import DECOY
from skill.core.vocabulary import Vocabulary
from skill.errors import ContentError
from skill.guessing import nearest


def unknown_words(
    content: Content,
    known: Callable[[str], bool],
    every_word: Callable[[], Collection[str]] = tuple,
) -> list[str]:
    """A sentence for each word of the commands and decoys that a model does not know.

    A recogniser drops such words with a line in its log, and the phrase is never heard.

    Args:
        content: loaded content.
        known: whether the model knows a word (Vosk: ``vosk_model_find_word(word) >= 0``).
        every_word: lists the words that the model knows, for suggestions; may list none. A model
            has tens of thousands, and is asked for them only if something is wrong.
    """
    mistakes = []
    told: set[str] = set()
    for phrase in content.vocabulary.grammar:
        for word in phrase.split():
            if word in told or known(word):
                continue
            told.add(word)
            hint = nearest(word, every_word(), count=3) or "use another word"
            origin = content.origins.get(phrase, "the commands")
            problem = f'the recogniser does not know "{word}" of "{phrase}"'
            mistakes.append(sentence(origin, problem, hint))
    return mistakes


def sound_alike(content: Content, ways: Callable[[str], Iterable[Hashable]]) -> list[str]:
    """A sentence for each phrase that may sound just as one that means something else: no
    recogniser can tell which of the two was said.

    Args:
        content: loaded content.
        ways: how a phrase may be said; none where that is not known.
    """
    meanings = content.vocabulary.meanings
    first: dict[Hashable, str] = {}
    mistakes = []
    for phrase in content.vocabulary.grammar:
        meaning = meanings.get(phrase)
        said = tuple(ways(phrase))
        others = (first[way] for way in said if way in first)
        other = next((one for one in others if meanings.get(one) != meaning), None)
        if other is not None:
            meant = meanings.get(other)
            owner = DECOY if meant is None else meant.command.value
            problem = f'"{phrase}" sounds like "{other}", a phrase of {owner}'
            origin, where = (content.origins.get(one, "the commands") for one in (phrase, other))
            mistakes.append(sentence(origin, f"{problem} in {where}", "keep one"))
        for way in said:
            first.setdefault(way, phrase)
    return mistakes


def within_reach(content: Content, known: Callable[[str], bool]) -> tuple[Content, list[str]]:
    """Content without the phrases that a model cannot hear, and a sentence about them.

    Args:
        content: loaded content.
        known: whether the model knows a word.

    Raises:
        ContentError: if nothing would be left of a command.
    """
    vocabulary = content.vocabulary
    heard = {phrase for phrase in vocabulary.grammar if all(map(known, phrase.split()))}
    lost = [phrase for phrase in vocabulary.meanings if phrase not in heard]
    meanings = {phrase: m for phrase, m in vocabulary.meanings.items() if phrase in heard}
    silent = set(vocabulary.meanings.values()) - set(meanings.values())
    if silent:
        raise ContentError(
            [one for one in unknown_words(content, known) if any(f'"{p}"' in one for p in lost)]
        )
    decoys = tuple(phrase for phrase in vocabulary.decoys if phrase in heard)
    told = f"The model does not know these ways to say a command: {', '.join(lost)}."
    fitting = replace(content, vocabulary=Vocabulary(meanings, decoys))
    return fitting, [told] if lost else []
