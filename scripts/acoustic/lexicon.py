# ruff: noqa: SIM905 - lists of words read better as words
"""Words and how they are said: the CMU dictionary of pocketsphinx's wheel, and extra.dict.

A phone is one of `PHONES`: ARPAbet without stress, and two that are no speech: SIL (silence and
steady noise) and SPN (breath, laughter, cough, click). A phone's number is its place in the list.
"""

from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

PHONES = (
    "SIL SPN AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH "
    "UH UW V W Y Z ZH"
).split()
PHONE_ID = {phone: number for number, phone in enumerate(PHONES)}
SIL, SPN = PHONE_ID["SIL"], PHONE_ID["SPN"]

Pronunciation = tuple[int, ...]
Lexicon = dict[str, list[Pronunciation]]

EXTRA = Path(__file__).with_name("extra.dict")
RARE = Path(__file__).with_name("rare.dict")


def pocketsphinx_model() -> Path:
    """The folder en-us inside pocketsphinx's wheel, found without importing the library."""
    spec = find_spec("pocketsphinx")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pocketsphinx is not installed; see requirements.txt")
    return Path(spec.origin).parent / "model" / "en-us"


def read_dictionary(file: Path) -> Lexicon:
    """Read lines `word PH ON ES` or `word(2) PH ON ES` (further pronunciations)."""
    lexicon: Lexicon = defaultdict(list)
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            word, *phones = line.split()
            lexicon[word.split("(")[0]].append(tuple(PHONE_ID[phone] for phone in phones))
    return dict(lexicon)


def read_lexicon() -> Lexicon:
    """Every known word; a pronunciation of extra.dict comes after the dictionary's own, and one
    that begins with "-" there is taken away.
    """
    lexicon = read_dictionary(pocketsphinx_model() / "cmudict-en-us.dict")
    for word, pronunciations in read_dictionary(EXTRA).items():
        known = lexicon.setdefault(word.removeprefix("-"), [])
        if word.startswith("-"):
            known[:] = [one for one in known if one not in pronunciations]
            continue
        known.extend(p for p in pronunciations if p not in known)
    return lexicon


def spelled(pronunciation: Pronunciation) -> str:
    """The phones' names with spaces between."""
    return " ".join(PHONES[phone] for phone in pronunciation)
