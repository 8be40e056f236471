"""How a land register writes the address of a care home: seldom as the home's regulator does.

Each kind of dirt is one that the published lists really show. An address is drawn up clean and then spoilt by a few
kinds in turn; which kinds may be used is the caller's choice, so that a matcher can be tuned on some and measured on
others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

_ENDING = re.compile(r" (Nursing|Care|Residential( Care)?|Rest) (Home|Centre)$| Care Centre$")
_ENDINGS = ("Care Home", "Nursing Home", "Residential Home", "Residential Care Home", "Rest Home", "Care Centre")
_SHORT = {"Street": "St", "Road": "Rd", "Lane": "La", "Avenue": "Ave", "Close": "Cl", "Drive": "Dr", "Row": "Rw"}
_FORMER = ("The Elms", "Fairhaven", "Sunny Bank", "The Firs", "St Exercise's", "Holmlea", "Ashdene", "The Old Rectory")


@dataclass(frozen=True, slots=True)
class Written:
    """An address in parts, and how they are to be put together. ``number`` is text: it may be a range.

    ``before`` and ``after`` stand around name and street ("land and buildings known as", "and land adjoining").
    ``bracket``: the postcode closes the text as well, as "(ZX1 1AA)". ``schedule``: the title says that it covers
    several addresses. ``swapped``: the street comes before the name of the house. ``column``: the list's own column
    gives the postcode. ``tight``: the postcode in the text has no space.
    """

    name: str
    number: str
    street: str
    town: str
    county: str
    postcode: str
    before: str = ""
    after: str = ""
    bracket: bool = True
    schedule: bool = False
    swapped: bool = False
    case: str = ""
    joint: str = ", "
    column: bool = True
    tight: bool = False

    def text(self) -> str:
        """The one line that the list gives."""
        street = f"{self.number} {self.street}".strip()
        parts = [street, self.name] if self.swapped else [self.name, street]
        line = self.joint.join(part for part in (*parts, self.town, self.county) if part)
        line = f"{self.before} {line}".strip() if self.before else line
        if self.after:
            first, comma, rest = line.partition(self.joint)
            line = f"{first} {self.after}{comma}{rest}"
        if self.case:
            line = line.upper() if self.case == "upper" else line.lower()
        postcode = self.postcode.replace(" ", "") if self.tight else self.postcode
        return f"{line} ({postcode})" if self.bracket and postcode else line


Spoil = Callable[[Written, Random], Written]


def _ending(one: Written, chance: Random) -> Written:
    bare = _ENDING.sub("", one.name)
    return replace(one, name=bare if bare != one.name else f"{bare} {chance.choice(_ENDINGS)}") if bare else one


def _name_only(one: Written, chance: Random) -> Written:
    return replace(one, number="", street="") if one.name else one


def _street_only(one: Written, chance: Random) -> Written:
    return replace(one, name="") if one.number else one


def _no_number(one: Written, chance: Random) -> Written:
    return replace(one, number="") if one.name else one


def _range(one: Written, chance: Random) -> Written:
    if not one.number.isdigit():
        return one
    first, last = int(one.number), int(one.number) + 2 * chance.randint(1, 2)
    form = chance.choice(("{}-{}", "{} - {}", "{} to {}", "{} and {}"))
    return replace(one, number=form.format(first, first + 2 if "and" in form else last))


def _schedule(one: Written, chance: Random) -> Written:
    side = chance.choice(("north", "south", "east", "west"))
    before = f"Land and buildings on the {side} side of"
    return replace(one, name="", number="", before=before, postcode="", schedule=chance.random() < 0.5)


def _no_postcode(one: Written, chance: Random) -> Written:
    return replace(one, postcode="")


def _no_bracket(one: Written, chance: Random) -> Written:
    return replace(one, bracket=False)


def _swapped(one: Written, chance: Random) -> Written:
    return replace(one, swapped=True)


def _former(one: Written, chance: Random) -> Written:
    return replace(one, name=chance.choice(_FORMER)) if one.number else one


def _short(one: Written, chance: Random) -> Written:
    return replace(one, street=" ".join(_SHORT.get(word, word) for word in one.street.split()))


def _adjoining(one: Written, chance: Random) -> Written:
    return replace(one, after=chance.choice(("and land adjoining", "and adjoining land", "and garden ground")))


def _known_as(one: Written, chance: Random) -> Written:
    before = chance.choice(("Land and buildings known as", "Land at", "Land being"))
    return replace(one, before=before) if one.name else one


def _case(one: Written, chance: Random) -> Written:
    return replace(one, case=chance.choice(("upper", "lower")))


def _no_town(one: Written, chance: Random) -> Written:
    return replace(one, town="") if one.postcode else one


def _county(one: Written, chance: Random) -> Written:
    return replace(one, county="Velmshire")


def _misspelt(one: Written, chance: Random) -> Written:
    match chance.choice([field for field in ("name", "street", "town") if len(getattr(one, field)) > 5] or ["town"]):
        case "name":
            return replace(one, name=misspell(one.name, chance))
        case "street":
            return replace(one, street=misspell(one.street, chance))
        case _:
            return replace(one, town=misspell(one.town, chance))


def misspell(text: str, chance: Random) -> str:
    """One typing error within a word: a letter left out, doubled, or changed for its neighbour."""
    inside = [at for at in range(1, len(text) - 1) if text[at - 1 : at + 2].isalpha()]
    if not inside:
        return text
    at = chance.choice(inside)
    before, letter, after, rest = text[:at], text[at], text[at + 1], text[at + 2 :]
    return before + chance.choice((after, letter + letter + after, after + letter)) + rest


def _no_commas(one: Written, chance: Random) -> Written:
    return replace(one, joint=" ")


def _text_only(one: Written, chance: Random) -> Written:
    return replace(one, column=False)


def _tight(one: Written, chance: Random) -> Written:
    return replace(one, tight=True)


def _listed(one: Written, chance: Random) -> Written:
    if not one.number.isdigit():
        return one
    first = int(one.number)
    return replace(one, number=f"{first}, {first + 2} and {first + 4}")


def _letter(one: Written, chance: Random) -> Written:
    return replace(one, number=f"{one.number}{chance.choice(('A', 'a', ' A'))}") if one.number.isdigit() else one


def _behind(one: Written, chance: Random) -> Written:
    return replace(one, number="", street=f"{one.street} {one.number}") if one.number and one.street else one


def _numero(one: Written, chance: Random) -> Written:
    return replace(one, number=f"{chance.choice(('No', 'No.', 'Number'))} {one.number}") if one.number else one


def _formerly(one: Written, chance: Random) -> Written:
    return replace(one, name=f"{one.name} (formerly {chance.choice(_FORMER)})") if one.name else one


def _two_slips(one: Written, chance: Random) -> Written:
    return _misspelt(_misspelt(one, chance), chance)


def _recoded(one: Written, chance: Random) -> Written:
    if not one.postcode:
        return one
    other = chance.choice([letter for letter in "ABDEFGHJLN" if letter != one.postcode[-1]])
    return replace(one, postcode=one.postcode[:-1] + other)


#: Every kind of dirt, with how often a title shows it (our own weights: the real shares are not published).
DIRT: Mapping[str, tuple[float, Spoil]] = {
    "ending of the name": (0.4, _ending),
    "name only": (0.08, _name_only),
    "street only": (0.12, _street_only),
    "no number": (0.08, _no_number),
    "range of numbers": (0.06, _range),
    "land on a side of a street": (0.015, _schedule),
    "no postcode": (0.12, _no_postcode),
    "no postcode in the text": (0.2, _no_bracket),
    "lines swapped": (0.08, _swapped),
    "former name": (0.05, _former),
    "abbreviated street": (0.05, _short),
    "and land adjoining": (0.06, _adjoining),
    "known as": (0.08, _known_as),
    "capitals": (0.1, _case),
    "no town": (0.05, _no_town),
    "county": (0.1, _county),
    "misspelt": (0.08, _misspelt),
}


#: Kinds that the tracing of landlords was not tuned on: written down before it was measured on them, once.
HELD_OUT: Mapping[str, tuple[float, Spoil]] = {
    "list of numbers": (0.08, _listed),
    "letter at the number": (0.06, _letter),
    "No before the number": (0.08, _numero),
    "number behind the street": (0.08, _behind),
    "formerly": (0.1, _formerly),
    "two slips": (0.1, _two_slips),
    "another postcode": (0.06, _recoded),
    "no commas": (0.1, _no_commas),
    "postcode only in the text": (0.15, _text_only),
    "postcode without a space": (0.1, _tight),
}
ALL_DIRT: Mapping[str, tuple[float, Spoil]] = {**DIRT, **HELD_OUT}


def spoil(one: Written, chance: Random, kinds: frozenset[str] = frozenset(DIRT)) -> Written:
    """A clean address as a title gives it: each of the allowed kinds of dirt by its own chance, in a fixed order."""
    for kind, (share, dirt) in ALL_DIRT.items():
        if chance.random() < share and kind in kinds:
            one = dirt(one, chance)
    return one
