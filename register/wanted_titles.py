"""Which titles matter to the register, of the millions on the land registry's lists.

Those in the postcode of a care home; those of a company that matters; and, because many a title has no postcode and
some cover several addresses, those whose words name a care home or its street.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from register.database import reading
from register.models import LocationVersion, table_of
from register.wanted import companies_that_matter

_POSTCODE, _WORDS = "postcode:", "words:"
_APART = re.compile(r"[^A-Z0-9]+")
#: How a care home's name ends, which the land registry leaves out as often as not.
_ENDING = re.compile(
    r"(?: (?:AND|WITH)?)?(?: (?:CARE|NURSING|RESIDENTIAL|REST|RETIREMENT|DEMENTIA))+(?: (?:HOME|CENTRE|CENTER|UNIT))?$"
    r"| (?:LTD|LIMITED)$"
)


@dataclass(frozen=True, slots=True)
class WantedTitles:
    """What a title must have to be taken in: one of these.

    ``companies`` are ``gb-coh:…``, ``postcodes`` as ``OL4 5HG``. ``phrases`` (plain words, see ``plain_words``) are
    looked for in a title without a postcode, or over several addresses: a phrase with the towns of which one must be
    named with it, or with none where it alone is enough.
    """

    companies: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    phrases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is wanted at all: a register without homes and companies has nothing to go by."""
        return bool(self.companies or self.postcodes or self.phrases)

    def marks(self) -> frozenset[str]:
        """Everything in it as one set of words, each with what it is in front: what ``from_marks`` reads again."""
        phrases = (f"{_WORDS}{'|'.join((phrase, *sorted(towns)))}" for phrase, towns in self.phrases.items())
        return frozenset((*self.companies, *(f"{_POSTCODE}{one}" for one in self.postcodes), *phrases))

    @classmethod
    def from_marks(cls, marks: Collection[str]) -> WantedTitles:
        """What some marks stand for."""
        phrases = (mark.removeprefix(_WORDS).split("|") for mark in sorted(marks) if mark.startswith(_WORDS))
        return cls(
            frozenset(mark for mark in marks if not mark.startswith((_WORDS, _POSTCODE))),
            frozenset(mark.removeprefix(_POSTCODE) for mark in marks if mark.startswith(_POSTCODE)),
            {phrase: frozenset(towns) for phrase, *towns in phrases},
        )


@dataclass(frozen=True, slots=True)
class Address:
    """A care home's name and address as registered."""

    name: str | None = None
    lines: tuple[str, ...] = ()
    town: str | None = None
    postcode: str | None = None


def titles_that_matter(engine: Engine) -> WantedTitles:
    """What the register's care homes, closed ones included, and its companies ask for. Raises DatabaseProblem."""
    table = table_of(LocationVersion)
    query = select(table.c.name, table.c.address, table.c.town, table.c.postcode).where(
        table.c.care_home, table.c.superseded_by.is_(None)
    )
    with reading(engine) as connection:
        homes = {
            Address(row.name, tuple(json.loads(row.address)) if row.address else (), row.town, row.postcode)
            for row in connection.execute(query.distinct())
        }
    return wanted_titles(homes, companies_that_matter(engine))


def wanted_titles(homes: Iterable[Address], companies: Collection[str]) -> WantedTitles:
    """What some homes and companies ask for.

    A name that homes of two towns or more have ("Manor House"), a name of one word and a street name a home only
    together with its town.
    """
    postcodes: set[str] = set()
    towns_of: dict[str, set[str]] = {}
    names: set[str] = set()
    for home in homes:
        if home.postcode:
            postcodes.add(home.postcode)
        lines = [plain_words(line) for line in home.lines]
        town = plain_words(home.town) if home.town else next(reversed(lines), "")
        if name := _without_ending(plain_words(home.name or "")):
            names.add(name)
            towns_of.setdefault(name, set()).add(town)
        for line in lines:
            street = " ".join(word for word in line.split() if not any(letter.isdigit() for letter in word))
            if " " in street and street != town:
                towns_of.setdefault(street, set()).add(town)
    phrases = {
        phrase: frozenset() if phrase in names and " " in phrase and len(towns) == 1 else frozenset(towns - {""})
        for phrase, towns in towns_of.items()
    }
    told = {phrase: towns for phrase, towns in phrases.items() if towns or (phrase in names and " " in phrase)}
    return WantedTitles(frozenset(companies), frozenset(postcodes), dict(sorted(told.items())))


def plain_words(text: str) -> str:
    """Words in capitals with one space between, without punctuation: "St. Mary's (North)" is "ST MARYS NORTH"."""
    return _APART.sub(" ", text.upper().replace("'", "").replace("’", "").replace(".", "")).strip()


def _without_ending(name: str) -> str:
    """A home's name without its ending; the whole name where nothing would be left."""
    short = name
    while (shorter := _ENDING.sub("", short)) != short and shorter:
        short = shorter
    return short
