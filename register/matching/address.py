"""Takes addresses apart: a home's, given in lines, and a title's, given as one line of text.

Neither is parsed into a street, a town and so on where it does not say which is which: the comparison looks for what
is known of the home in what the title says, and for what the title says besides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(\d{1,4})\s?([a-z]?)\s*(?:-|–|to|and|&|/)\s*(\d{1,4})\s?([a-z]?)\b")
_NUMBER = re.compile(r"^\d{1,4}[a-z]?$")
_SEPARATE = re.compile(r"[,;()\[\]:\n]+| - ")
_WORD = re.compile(r"[^a-z0-9\-]+")
_SIDE = re.compile(
    r"^(?:freehold |leasehold )?(?:land|plot|ground|site|property|premises)(?: and (?:building|premises)s?)?"
    r" (?:lying |situated? )?(?:on|to|at) the (?:\w+[ -])?(?:\w+[ -])?side of"
)
#: A range of house numbers longer than this is two numbers, or no numbers of houses at all.
_LONGEST_RANGE = 60


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The lists of words in ``words.yml``; lists as frozen sets."""
    read = yaml.safe_load(files(__package__).joinpath("words.yml").read_text(encoding="utf-8"))
    return {name: value if isinstance(value, dict) else frozenset(value) for name, value in read.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in words: ``segments`` between its commas, without numbers of houses; ``numbers`` all of them.

    ``within`` are the words for a part of a building ("flat"), with which numbers that are no house's were dropped.
    """

    segments: tuple[tuple[str, ...], ...]
    numbers: frozenset[str]
    numbered: frozenset[int]
    within: frozenset[str]

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in order."""
        return tuple(word for segment in self.segments for word in segment)


def postcode_in(text: str | None) -> str | None:
    """The last postcode in a text, as ``OL4 5HG``; None where there is none."""
    found = _POSTCODE.findall(text or "")
    return f"{found[-1][0]} {found[-1][1]}".upper() if found else None


@lru_cache(maxsize=65_536)
def read_text(text: str) -> Text:
    """Take a line of an address apart; postcodes in it are left out."""
    plain = _POSTCODE.sub(" ", text).casefold().replace("'", "").replace("’", "").replace("&", " and ")
    segments: list[tuple[str, ...]] = []
    numbers: set[str] = set()
    numbered: set[int] = set()
    within: set[str] = set()
    for part in _SEPARATE.split(plain):
        numbers.update(_ranges(part))
        tokens = [_spelt(word) for word in _WORD.split(_RANGE.sub(r" \1\2 \3\4 ", part)) if word.strip("-")]
        kept: list[str] = []
        before = ""
        for word in tokens:
            if _NUMBER.match(word):
                if before in words()["within"]:
                    numbers.discard(word)
                else:
                    numbers.add(word)
                    numbered.add(len(segments))
            elif word == "and" and kept and kept[-1] in words()["roads"]:
                segments.append(tuple(kept))  # "3 High Street and Fairview, 7 Mill Lane": two addresses
                within.update(one for one in kept if one in words()["within"])
                kept = []
            else:
                kept.append(word)
            before = word
        within.update(word for word in kept if word in words()["within"])
        if kept:
            segments.append(tuple(kept))
    return Text(tuple(segments), frozenset(numbers), frozenset(numbered), frozenset(within))


def _spelt(word: str) -> str:
    word = word.strip("-")
    spelt: str = words()["spellings"].get(word, word)
    return spelt


def _ranges(part: str) -> Iterator[str]:
    """The numbers that ranges stand for: "12-16" is 12, 14 and 16, since a side of a street counts by twos."""
    for first, first_letter, last, last_letter in _RANGE.findall(part):
        low, high = int(first), int(last)
        yield f"{first}{first_letter}"
        yield f"{last}{last_letter}"
        if not first_letter and not last_letter and low < high <= low + _LONGEST_RANGE:
            yield from (str(number) for number in range(low, high, 2 if (high - low) % 2 == 0 else 1))


def is_street(segment: Sequence[str], *, numbered: bool) -> bool:
    """Whether words are a street's name: by their end, and by the number before them where the end may be a house's."""
    if len(segment) < 2:
        return False
    return segment[-1] in words()["roads"] or (numbered and segment[-1] in words()["perhaps_roads"])


def extent_of(text: str) -> str:
    """What a title's text says it is of: "whole", "land by a street", something "beside" or "within" a thing."""
    plain = " ".join(text.casefold().split())
    if _SIDE.match(plain):
        return "land by a street"
    first = _SEPARATE.split(plain)[0].split()
    opening = [_spelt(_WORD.sub("", word)) for word in first[:6]]
    known = words()
    if any(word in known["within"] for word in opening[:3]):
        return "within"
    if "sub" in opening and "station" in opening:
        return "within"
    if "floor" in opening:
        return "within"
    if opening and opening[0] in {
        "land",
        "part",
        "strip",
        "garden",
        "gardens",
        "site",
        "plot",
        "driveway",
        "access",
        "road",
    }:
        for word in opening[1:5]:
            if word in known["beside"]:
                return "beside"
            if word in {"known", "being", "building", "at"}:
                break
    return "whole"


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


def find(phrase: Sequence[str], among: Sequence[str], known: Collection[str] = frozenset()) -> tuple[int, bool] | None:
    """Where a phrase stands in a row of words, and whether it stands there letter by letter; None where it does not.

    A place where every letter agrees is followed before one with slips. A word that is ``known`` is no slip: where
    there are a Kuzbury and a Yuzbury, neither is the other misspelt.
    """
    size = len(phrase)
    if not size or size > len(among):
        return None
    for start in range(len(among) - size + 1):
        if tuple(among[start : start + size]) == tuple(phrase):
            return start, True
    for start in range(len(among) - size + 1):
        if all(_meant(word, among[start + at], known) for at, word in enumerate(phrase)):
            return start, False
    return None


def has(word: str, among: Collection[str], known: Collection[str] = frozenset()) -> bool:
    """Whether a word, or one a slip away from it, is among some; a ``known`` word is no slip."""
    return word in among or any(_meant(word, other, known) for other in among)


def _meant(word: str, written: str, known: Collection[str]) -> bool:
    return word == written or (written not in known and near(word, written))
