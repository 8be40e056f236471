"""Compares a home with a title, aspect by aspect, and adds up what each agreement or difference is worth."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec

from register.identifiers import BadIdentifier, company_number
from register.matching.address import find, has, is_street, near, words
from register.matching.sides import Building, Estate, Kin
from register.parties import plain_company_name
from register.records import Proprietor


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bits for every aspect's every level; where to start; and how much at most where something speaks against."""

    start: float
    aspects: dict[str, dict[str, float]]
    limits: dict[str, float]
    owner_known: float


@lru_cache(maxsize=1)
def read_weights() -> Weights:
    """The weights in ``weights.yml``."""
    return msgspec.yaml.decode(files(__package__).joinpath("weights.yml").read_bytes(), type=Weights)


#: Match weights (bits) of uk-address-matcher from which it is sure of a pair, and below which it doubts it.
SURE, DOUBTFUL = 10.0, 0.0
#: A name that more homes than this bear is a common one.
_MANY = 3
#: Levels of the name that mean that the title bears it.
NAMED = frozenset({"same", "rare", "common", "misspelt"})
#: Levels of the owner that make it no stranger to the home.
PROVIDERS = frozenset({"the provider", "by name the provider"})
KNOWN_OWNERS = PROVIDERS | {"of its group"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What agreed and what did not between one home and one title: aspect to level, and the sum in bits."""

    home: str
    title: str
    levels: Mapping[str, str]
    bits: float

    @property
    def score(self) -> float:
        """The sum as a probability, before other homes' claims to the title are weighed."""
        return 1.0 / (1.0 + math.exp2(-self.bits))


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows beside the two: how many homes bear each name, and the towns they stand in."""

    namesakes: Mapping[tuple[str, ...], int]
    towns: frozenset[tuple[str, ...]]
    town_words: frozenset[str]

    @classmethod
    def of(cls, homes: Iterable[Building]) -> Known:
        """Counted over all homes."""
        some = list(homes)
        towns = frozenset(home.town for home in some if home.town)
        names = Counter(home.name for home in some if home.name)
        return cls(dict(names), towns, frozenset(word for town in towns for word in town))


def compare(home: Building, estate: Estate, known: Known) -> Evidence:
    """Compare a home with a title."""
    street, name = _street(home, estate, known), _name(home, estate, known)
    levels = {
        "postcode": _postcode(home.postcode, estate.postcode),
        "place": _place(home, estate, known),
        "street": street,
        "number": _number(home, estate, street, name),
        "name": name,
        "owner": _owner(home.kin, estate.proprietors),
        "extent": _extent(home, estate),
        "model": "not asked",
    }
    found = street in {"same", "misspelt"}
    if name in NAMED and levels["extent"] == "whole" and _unit_of(home, estate):
        levels["extent"] = "within"
    if name == "another" and levels["number"] in {"same", "overlaps"}:
        levels["name"] = "another at the number"
    if name == "common" and (found or levels["postcode"] == "same"):
        levels["name"] = "same"  # a common name is a sign after all where street or postcode agrees
    if name == "with more" and found and levels["number"] in {"same", "overlaps"}:
        levels["name"] = "in part"
    if found and levels["postcode"] == "same" and not home.numbers and not estate.text.numbers:
        levels["number"] = "neither has one"
    if levels["number"] == "only the home's" and not found:
        levels["number"] = "none"  # a title that names the house alone gives no number of it either
    return Evidence(home.id, estate.id, levels, _sum(levels))


def with_opinion(evidence: Evidence, weight: float | None) -> Evidence:
    """The evidence with what uk-address-matcher makes of the pair: its match weight in bits, None where it saw none."""
    level = "doubts" if weight is None or weight < DOUBTFUL else "agrees" if weight >= SURE else "undecided"
    levels = {**evidence.levels, "model": level}
    return Evidence(evidence.home, evidence.title, levels, _sum(levels))


#: Levels by which a title is of another place than the home's.
_CONTRADICTIONS = frozenset(
    {("postcode", "another"), ("postcode", "same district"), ("place", "another town"), ("street", "another"),
     ("number", "another"), ("number", "only the title's"), ("name", "another"), ("extent", "beside"),
     ("extent", "within")}
)  # fmt: skip


def contradicted(evidence: Evidence) -> bool:
    """Whether something in a title says that it is of another place than the home's."""
    return any(level in _CONTRADICTIONS for level in evidence.levels.items())


def _sum(levels: Mapping[str, str]) -> float:
    """The levels in bits, within the limits that some of them set."""
    weights = read_weights()
    bits = weights.start + sum(weights.aspects[aspect][level] for aspect, level in levels.items())
    known = weights.owner_known if levels["owner"] in KNOWN_OWNERS else 0.0
    limits = [weights.limits[key] + known for key in map(" ".join, levels.items()) if key in weights.limits]
    return min([bits, *limits])


def _postcode(home: str | None, title: str | None) -> str:
    if not home or not title:
        return "not given"
    if home == title:
        return "same"
    if len(home) == len(title) and sum(a != b for a, b in zip(home, title, strict=True)) == 1:
        return "one letter off"
    return "same district" if home.split()[0] == title.split()[0] else "another"


def _place(home: Building, estate: Estate, known: Known) -> str:
    """Towns are words among words: a title's last parts name one that a home's lines should know."""
    said = estate.text.words
    roads = {word for street in home.streets for word in street}
    distinct = {word for word in home.places - words()["empty"] - roads if len(word) > 2}
    if any(has(word, said, known.town_words) for word in distinct):
        return "agrees"
    if any(segment in known.towns for segment in estate.text.segments[1:]):
        return "another town"
    if any(has(word, said, known.town_words) for word in home.areas - words()["empty"] - roads if len(word) > 2):
        return "same area"
    last = estate.text.segments[-1] if estate.text.segments else ()
    if len(estate.text.segments) < 2 or find(last, home.name) or any(find(last, street) for street in home.streets):
        return "not given"
    if all(has(word, home.places | home.areas | estate.area | home.all_words) for word in last):
        return "not given"
    return "another"


def _street(home: Building, estate: Estate, known: Known) -> str:
    found = [hit for street in home.streets if (hit := _street_in(street, estate)) is not None]
    if found:
        return "same" if any(found) else "misspelt"
    others = [
        segment
        for at, segment in enumerate(estate.text.segments)
        if is_street(segment, numbered=at in estate.text.numbered) and not find(segment, home.name or ("",))
    ]
    if not others:
        return "not given"
    return "another" if home.streets else "unknown"


def _street_in(street: tuple[str, ...], estate: Estate) -> bool | None:
    """Whether a street is in a title's text (True: letter by letter); the kind of street may be left off or differ."""
    for segment in estate.text.segments:
        if hit := find(street, segment):
            return hit[1]
    for segment in estate.text.segments:
        body = street[:-1]
        if len(body) >= 2 and is_street(street, numbered=True) and find(body, segment):
            return False
    return None


def _number(home: Building, estate: Estate, street: str, name: str) -> str:
    said = estate.text.numbers
    if name in {"same", "rare", "common", "misspelt"}:
        said -= home.name_numbers
    if not home.numbers:
        return "only the title's" if said else "none"
    if not said:
        return "only the home's"
    if said == home.numbers or (home.numbers <= said and len(said) <= len(home.numbers) + 1):
        return "same" if street in {"same", "misspelt"} else "same without a street"
    if said & home.numbers:
        return "overlaps" if street in {"same", "misspelt"} else "same without a street"
    if {n.rstrip("abcdefgh") for n in said} & {n.rstrip("abcdefgh") for n in home.numbers}:
        return "overlaps" if street in {"same", "misspelt"} else "same without a street"
    return "another"


def _name(home: Building, estate: Estate, known: Known) -> str:
    """How a home's name stands in a title's text."""
    if not home.name:
        return "another" if _strange_name(home, estate) else "unknown"
    hits = (_name_in(at, segment, home, estate, known) for at, segment in enumerate(estate.text.segments))
    if borne := next((hit for hit in hits if hit), None):
        return borne
    own = [word for word in home.name if not _empty(word) and not any(has(word, street) for street in home.streets)]
    distinct = [word for word in own if word not in home.places]
    said = [word for segment in estate.text.segments for word in segment]
    telling = [word for word in distinct if word not in words()["generic"]]
    shared = sum(has(word, said, known.town_words) for word in telling)
    strange = _strange_name(home, estate)
    if shared and (strange or shared * 2 > len(telling)):
        return "in part"
    return "another" if strange else "not given"


def _name_in(at: int, words_here: tuple[str, ...], home: Building, estate: Estate, known: Known) -> str | None:
    """How a home's name stands in one part of a title's text; None where it does not stand there as a name."""
    hit = find(home.name, words_here, known.town_words)
    numbered = at in estate.text.numbered and not home.name_numbers
    of_street = is_street(words_here, numbered=numbered) and (
        numbered or any(find(words_here, street) for street in home.streets)
    )
    of_town = at > 0 and all(has(word, home.places) for word in words_here)
    if hit is None or of_street or of_town:
        return None
    start, exact = hit
    rest = (*words_here[:start], *words_here[start + len(home.name) :])
    own = home.all_words | home.places | home.areas
    namesakes = known.namesakes.get(home.name, 0)
    if home.name_numbers - estate.text.numbers:
        level = "in part"
    elif any(not _empty(word) and not has(word, own) for word in rest):
        level = "with more"
    elif not exact:
        level = "misspelt"
    elif " ".join(home.name) in words()["common_names"] or namesakes > _MANY:
        level = "common"
    else:
        level = "rare" if namesakes == 1 and len(home.name) > 1 else "same"
    return level


def _strange_name(home: Building, estate: Estate) -> bool:
    """Whether a title begins with a name of something that is not known of the home."""
    first = estate.text.segments[0] if estate.text.segments else ()
    if is_street(first, numbered=0 in estate.text.numbered):
        return False
    own = home.all_words | home.places | home.areas | estate.area
    return any(not _empty(word) and not has(word, own) for word in first)


def _unit_of(home: Building, estate: Estate) -> bool:
    """Whether a number that is not the home's stands with its name, and not with a street: "48 Egerton Lodge"."""
    if estate.text.numbers & (home.numbers | home.name_numbers):
        return False
    return any(at in estate.text.numbered and find(home.name, s) for at, s in enumerate(estate.text.segments))


def _empty(word: str) -> bool:
    return word in words()["empty"] or word in words()["endings"] or len(word) == 1


def _extent(home: Building, estate: Estate) -> str:
    """Whether a title is of the whole place, of land, or of something beside or within it that the home is not."""
    strange = estate.text.within - home.all_words
    if estate.extent == "within" and (strange or not estate.text.within):
        return "within"
    if estate.extent == "within" or (estate.extent == "whole" and strange and _opens_within(estate)):
        return "whole" if estate.extent == "within" else "within"
    first = [word for word in (estate.text.segments[0] if estate.text.segments else ()) if word != "the"]
    if " ".join(first) in words()["outbuildings"] and tuple(first) != home.name and len(estate.text.segments) > 1:
        return "beside"
    if estate.extent == "whole" and estate.schedule:
        return "several addresses"
    return estate.extent


def _opens_within(estate: Estate) -> bool:
    """Whether a part of a building is named, with its number, anywhere: "Zelbury Court, Flat 2"."""
    return bool(
        re.search(r"\b(flat|apartment|unit|suite|plot|garage|room)\s+(no\.?\s*)?\w{1,3}\b", estate.address, re.I)
    )


def _owner(kin: Kin, proprietors: tuple[Proprietor, ...]) -> str:
    """Whether an owner is the provider, or of its group: the best of up to four."""
    levels = {_owner_level(kin, owner) for owner in proprietors}
    for level in ("the provider", "by name the provider", "of its group", "alike in name"):
        if level in levels:
            return level
    return "somebody else" if levels and (kin.companies or kin.names) else "not told"


def _owner_level(kin: Kin, owner: Proprietor) -> str:
    number = owner_number(owner)
    if number and number in kin.companies:
        return "the provider" if number == kin.companies[0] else "of its group"
    name = plain_company_name(owner.name)
    if name in kin.names:
        return "by name the provider" if name == kin.names[0] else "of its group"
    return "alike in name" if any(_alike(name, other) for other in kin.names) else "somebody else"


@lru_cache(maxsize=65_536)
def owner_number(owner: Proprietor) -> str | None:
    """The company number filed for an owner from here, as ``gb-coh:…``; None for others."""
    raw = re.sub(r"[\s./-]", "", owner.number or "").upper()
    try:
        return company_number(raw) if raw and owner.country is None else None
    except BadIdentifier:
        return None


_FORMS = frozenset({"ltd", "plc", "llp", "group", "holdings", "properties", "property", "care", "homes", "home", "uk"})


@lru_cache(maxsize=262_144)
def _alike(one: str, other: str) -> bool:
    """Whether two companies' names begin with the same two telling words: "longwater exercise care properties"."""
    first = [word for word in one.split() if word not in _FORMS][:2]
    second = [word for word in other.split() if word not in _FORMS][:2]
    return len(first) == 2 and len(second) == 2 and all(near(a, b) for a, b in zip(first, second, strict=True))
