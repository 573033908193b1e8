"""What only a recogniser's model can tell about content: words it has never heard of."""

from collections.abc import Callable, Collection

from skill.content.load import Content
from skill.content.places import nearest, sentence


def unknown_words(
    content: Content, known: Callable[[str], bool], vocabulary_words: Collection[str] = ()
) -> list[str]:
    """A sentence for each word of the commands and decoys that a model does not know.

    A recogniser drops such words with a line in its log, and the phrase is never heard.

    Args:
        content: loaded content.
        known: whether the model knows a word (Vosk: ``vosk_model_find_word(word) >= 0``).
        vocabulary_words: every word the model knows, for suggestions; may be empty.
    """
    mistakes = []
    told: set[str] = set()
    for phrase in content.vocabulary.grammar:
        for word in phrase.split():
            if word in told or known(word):
                continue
            told.add(word)
            hint = nearest(word, vocabulary_words, count=3) or "use another word"
            origin = content.origins.get(phrase, "the commands")
            problem = f'the recogniser does not know "{word}" of "{phrase}"'
            mistakes.append(sentence(origin, problem, hint))
    return mistakes
