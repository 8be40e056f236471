"""Takes addresses apart: a home's, given in lines, and a title's, given as one line of text.

Neither is parsed into a street, a town and so on where it does not say which is which: the comparison looks for what
is known of the home in what the title says, and for what the title says besides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(\d{1,4})\s?([a-z]?)\s*(?:-|–|to|/)\s*(\d{1,4})\s?([a-z]?)\b")
_NUMBER = re.compile(r"^\d{1,4}[a-z]?$")
_LETTERED = re.compile(r"\b(\d{1,4}) ([a-h])(?= [a-z]{2,})")
#: Words after which another name of the same place stands.
_ALIAS = (
    r"\b(?:(?:and )?being|comprising|(?:now |also |formerly |previously |otherwise |once )*(?:known|called)(?: as)?"
    r"|now|formerly|previously|[fat]/k?/?a)\b"
)
#: Where one part of an address ends and another begins.
_SEPARATE = re.compile(rf"((?:[,;()\[\]:\"\n]| [-\u2013] |{_ALIAS})+)")
_ALIASED = re.compile(_ALIAS)
_WORD = re.compile(r"[^a-z0-9]+")
#: Two words that are one, or stand for one.
_PHRASES = (
    (re.compile(r"\bsub[- ]stations?\b"), "substation"),
    (re.compile(r"\bold (?:age|peoples?|folks?|persons)\b"), "elderly"),
)
#: A range of house numbers longer than this is two numbers, or no numbers of houses at all.
_LONGEST_RANGE = 60
#: Shorter words than this are not looked for with their letters parted otherwise.
_LONG_ENOUGH = 7


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The lists of words in ``words.yml``, which says what each is for."""

    spellings: dict[str, str]
    roads: frozenset[str]
    roads_first: frozenset[str]
    road_openings: frozenset[str]
    perhaps_roads: frozenset[str]
    endings: frozenset[str]
    empty: frozenset[str]
    lands: frozenset[str]
    grounds: frozenset[str]
    before_land: frozenset[str]
    lying: frozenset[str]
    numeros: frozenset[str]
    beside: frozenset[str]
    within: frozenset[str]
    common_names: frozenset[str]
    generic: frozenset[str]
    outbuildings: frozenset[str]
    belongings: frozenset[str]
    of_many_houses: frozenset[str]
    kinds: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of British addresses. A word that YAML takes for something else ("on", "no") is refused."""
    return msgspec.yaml.decode(files(__package__).joinpath("words.yml").read_bytes(), type=Words)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in words: ``segments`` between its commas, without numbers of houses; ``numbered`` those, by segment.

    ``within`` are the words for a part of a building ("flat"), with which numbers that are no house's were dropped.
    ``aliases`` are the segments that stand after "known as", "formerly" and the like: other names of the one before.
    """

    segments: tuple[tuple[str, ...], ...]
    numbered: Mapping[int, frozenset[str]]
    within: frozenset[str]
    aliases: frozenset[int]

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(word for segment in self.segments for word in segment)

    @property
    def numbers(self) -> frozenset[str]:
        """All numbers of houses."""
        return frozenset().union(*self.numbered.values())


def postcodes_in(text: str) -> tuple[str, ...]:
    """The postcodes in a text, as ``OL4 5HG``, each once."""
    return tuple(dict.fromkeys(f"{out} {unit}".upper() for out, unit in _POSTCODE.findall(text)))


def postcodes_agree(home: str | None, title: Sequence[str]) -> str:
    """How far a home's postcode is one of a title's, as ``weights.yml`` names it."""
    if not home or not title:
        return "not given"
    if home in title:
        return "same"
    if any(_one_off(home, one) for one in title):
        return "one letter off"
    if any(home[:-2] == one[:-2] for one in title):
        return "same sector"
    return "same district" if any(home.split()[0] == one.split()[0] for one in title) else "another"


def _one_off(one: str, other: str) -> bool:
    """Whether two postcodes differ in one letter or digit, or in the order of the last two."""
    differing = len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True))
    return differing == 1 or (one[:-2] == other[:-2] and one[-2:] == other[:-3:-1])


def parts_of(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text between commas and the like, in small letters without accents; and whether it is an alias."""
    plain = unicodedata.normalize("NFKD", _POSTCODE.sub(" ", text)).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’‘`")
    pieces = _SEPARATE.split(plain.replace("&", " and "))
    for at in range(0, len(pieces), 2):
        if pieces[at].strip():
            yield pieces[at], at > 0 and bool(_ALIASED.search(pieces[at - 1]))


def spelt_words(part: str) -> list[str]:
    """The words and numbers of one part, in one spelling each; ranges of numbers as the numbers they stand for."""
    plain = _LETTERED.sub(r"\1\2", _RANGE.sub(_spread, part))
    for phrase, word in _PHRASES:
        plain = phrase.sub(word, plain)
    return [words().spellings.get(word, word) for word in _WORD.split(plain) if word]


@lru_cache(maxsize=65_536)
def read_text(text: str) -> Text:
    """Take a line of an address apart; postcodes in it are left out."""
    segments: list[tuple[str, ...]] = []
    numbered: dict[int, set[str]] = {}
    within: set[str] = set()
    aliases: set[int] = set()
    for part, alias in parts_of(text):
        some = spelt_words(part)
        kept: list[str] = []
        before = ""
        for at, word in enumerate(some):
            if _NUMBER.match(word):
                if before in words().within:
                    continue
                if kept and _street_follows(some[at:]):
                    segments.append(tuple(kept))  # "Fairview 12 High Street"
                    kept = []
                numbered.setdefault(len(segments), set()).add(word)
                continue
            if word == "and" and not kept:
                continue  # "12 and 14 High Street"
            if word == "and" and kept[-1] in words().roads:
                segments.append(tuple(kept))  # "3 High Street and Fairview, 7 Mill Lane": two addresses
                kept = []
            else:
                kept.append(word)
                within.update({word} & words().within)
            if word not in words().numeros:
                before = word
        if not kept and segments and is_street(segments[-1], numbered=False):  # "Mill Lane 4, 6 and 8, Fairview"
            numbered.setdefault(len(segments) - 1, set()).update(numbered.pop(len(segments), ()))
        if kept:
            if alias:
                aliases.add(len(segments))
            segments.append(tuple(kept))
    by_segment = {at: frozenset(numbers) for at, numbers in numbered.items()}
    return Text(tuple(segments), by_segment, frozenset(within), frozenset(aliases))


def _street_follows(some: Sequence[str]) -> bool:
    """Whether numbers are followed by the name of a street: up to four words."""
    rest = [word for word in some if not _NUMBER.match(word)]
    return any(is_street(rest[:size], numbered=False) for size in range(2, min(len(rest), 4) + 1))


def _spread(found: re.Match[str]) -> str:
    """The numbers that a range stands for: "12-16" is 12, 14 and 16, since a side of a street counts by twos."""
    first, first_letter, last, last_letter = found.groups()
    low, high = int(first), int(last)
    numbers = [f"{first}{first_letter}", f"{last}{last_letter}"]
    if not first_letter and not last_letter and low < high <= low + _LONGEST_RANGE:
        numbers += [str(number) for number in range(low, high, 2 if (high - low) % 2 == 0 else 1)]
    return f" {' '.join(dict.fromkeys(numbers))} "


def is_street(segment: Sequence[str], *, numbered: bool) -> bool:
    """Whether words are a street's name: by their end, and by the number before them where the end may be a house's."""
    if len(segment) < 2:
        return False
    if segment[0] in words().roads_first:
        return True
    return segment[-1] in words().roads or (numbered and segment[-1] in words().perhaps_roads)


@lru_cache(maxsize=262_144)
def near(one: str, other: str) -> bool:
    """Whether two words are one word, or differ by one slip of the pen: a letter more, less, changed or swapped.

    Words of three letters, and numbers, must be equal; words of nine letters and more may have two slips.
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 3 or len(long) < 4 or len(long) - len(short) > 2 or any(c.isdigit() for c in one + other):
        return False
    if len(short) < 4 and short[0] != long[0]:
        return False
    return _slips(short, long, 2 if len(short) >= 9 else 1)


def _slips(one: str, other: str, allowed: int) -> bool:
    """Whether at most ``allowed`` letters are to be added, dropped, changed, or swapped with their neighbour."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one and not other:
        return True
    if allowed == 0 or abs(len(one) - len(other)) > allowed:
        return False
    if (
        len(one) > 1
        and len(other) > 1
        and one[0] == other[1]
        and one[1] == other[0]
        and _slips(one[2:], other[2:], allowed - 1)
    ):
        return True
    return (
        (bool(other) and _slips(one, other[1:], allowed - 1))
        or (bool(one) and _slips(one[1:], other, allowed - 1))
        or (bool(one) and bool(other) and _slips(one[1:], other[1:], allowed - 1))
    )


def find(
    phrase: Sequence[str], among: Sequence[str], known: Collection[str] = frozenset()
) -> tuple[int, int, bool] | None:
    """Where a phrase stands in a row of words (from, to), and whether it stands there letter by letter; else None.

    A place where every letter agrees is followed before one with slips, and that before one whose words are parted or
    joined otherwise ("fair view"). A word that is ``known`` is no slip: where there are a Kuzbury and a Yuzbury,
    neither is the other misspelt.
    """
    size = len(phrase)
    if not size:
        return None
    for start in range(len(among) - size + 1):
        if tuple(among[start : start + size]) == tuple(phrase):
            return start, start + size, True
    for start in range(len(among) - size + 1):
        if all(_meant(word, among[start + at], known) for at, word in enumerate(phrase)):
            return start, start + size, False
    whole = "".join(phrase)
    if len(whole) >= _LONG_ENOUGH and whole in "".join(among):
        for start in range(len(among)):
            for end in (start + size - 1, start + size + 1):
                if "".join(among[start:end]) == whole:
                    return start, end, False
    return None


def has(word: str, among: Collection[str], known: Collection[str] = frozenset()) -> bool:
    """Whether a word, or one a slip away from it, is among some; a ``known`` word is no slip."""
    return word in among or any(_meant(word, other, known) for other in among)


def _meant(word: str, written: str, known: Collection[str]) -> bool:
    return word == written or (written not in known and near(word, written))
