"""Compares a home with a title, aspect by aspect, and adds up what each agreement or difference is worth."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec

from register.matching.address import find, has, is_street, postcodes_agree, words
from register.matching.known import Known
from register.matching.owners import KNOWN_OWNERS, owner_level
from register.matching.sides import Building, Estate


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
#: After these comes what a title is of as well.
_JOINS = frozenset({"and", "with", "including"})
#: Words of so few letters say nothing of which place it is.
_SHORT = 2
#: Levels of the name that mean that the title bears it.
NAMED = frozenset({"same", "rare", "common", "misspelt"})
#: Levels by which a title's number, or its name, tells the home from its neighbours.
_NUMBERED = frozenset({"same", "overlaps", "same without a street"})
_SAID = NAMED | {"in part", "with more", "in part of another", "of another building", "of a namesake", "another",
                 "another at the number"}  # fmt: skip
#: What the number is where neither it nor a name tells which house of a street a title is of.
_UNTOLD = {"neither has one": "tells no house", "none": "tells no house", "only the home's": "tells no house"}


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


def compare(home: Building, estate: Estate, known: Known) -> Evidence:
    """Compare a home with a title."""
    street, name = _street(home, estate), _name(home, estate, known)
    levels = {
        "postcode": postcodes_agree(home.postcode, estate.postcodes),
        "place": _place(home, estate, known),
        "street": street,
        "number": _number(home, estate, street, name),
        "name": name,
        "owner": owner_level(home.kin, estate.proprietors),
        "extent": _extent(home, estate),
        "model": "not asked",
    }
    found = street in {"same", "misspelt"}
    if levels["place"] == "another" and levels["postcode"] == "not given":
        levels["place"] = "another town"
    if name not in NAMED and levels["postcode"] == "same sector":
        levels["postcode"] = "same district"  # streets of one name lie side by side, houses of one name seldom
    if name in NAMED and levels["extent"] == "whole" and (_unit_of(home, estate) or _inside(home, estate, known)):
        levels["extent"] = "within"
    if name in NAMED and known.is_namesakes(home.id, estate.text.words):
        levels["name"] = name = "of a namesake"
    if name == "another" and levels["number"] in {"same", "overlaps"}:
        levels["name"] = "another at the number"
    if name == "common" and (found or levels["postcode"] == "same"):
        levels["name"] = "same"  # a common name is a sign after all where street or postcode agrees
    if name in {"with more", "in part of another"} and levels["number"] in {"same", "overlaps"}:
        levels["name"] = "in part"
    if found and levels["postcode"] == "same" and not home.numbers and not estate.text.numbers:
        levels["number"] = "neither has one"
    if levels["number"] not in _NUMBERED and levels["name"] not in _SAID:
        levels["number"] = _UNTOLD.get(levels["number"], levels["number"])
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
     ("number", "another"), ("number", "unknown of the home"), ("name", "another"), ("extent", "beside"),
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


def _place(home: Building, estate: Estate, known: Known) -> str:
    """Towns are words among words: a title's last parts name one that a home's lines should know."""
    said = estate.text.words
    roads = {word for street in home.streets for word in street}
    distinct = {word for word in home.places - words().empty - roads if len(word) > 2}
    if any(has(word, said, known.town_words) for word in distinct):
        return "agrees"
    if any(segment in known.towns for segment in estate.text.segments[1:]):
        return "another town"
    if any(has(word, said, known.town_words) for word in home.areas - words().empty - roads if len(word) > 2):
        return "same area"
    last = estate.text.segments[-1] if estate.text.segments else ()
    if len(estate.text.segments) < 2 or find(last, home.name) or any(find(last, street) for street in home.streets):
        return "not given"
    if all(has(word, home.places | home.areas | estate.area | home.all_words) for word in last):
        return "not given"
    return "another"


def _street(home: Building, estate: Estate) -> str:
    found = [hit for street in home.streets if (hit := _street_in(street, home, estate)) is not None]
    if found:
        return min(found, key=("same", "misspelt", "of another kind").index)
    others = [
        segment
        for at, segment in enumerate(estate.text.segments)
        if is_street(segment, numbered=at in estate.text.numbered)
        and not find(segment, home.name or ("",))
        and not home.places | home.all_words >= set(segment)
    ]
    if not others or estate.schedule:
        return "not given"
    return "another" if home.streets else "unknown"


def _street_in(street: tuple[str, ...], home: Building, estate: Estate) -> str | None:
    """How a street stands in a title's text: letter by letter, but for a slip or without its last word ("Sample" for
    "Sample Road"), or with another last word ("Sample Close"), which is as a rule another street; None: not at all.
    """
    body = street[:-1]
    told = len(body) >= 2 and is_street(street, numbered=True) and not find(body, home.name)
    best: str | None = None
    for segment in estate.text.segments:
        if hit := find(street, segment):
            if hit[0] and segment[hit[0] - 1] in words().road_openings - home.all_words:
                continue
            return "same" if hit[2] else "misspelt"
        if told and (part := find(body, segment)):
            after = segment[part[1] :]
            kind = bool(after) and is_street(("", after[0]), numbered=True)
            best = best or ("of another kind" if kind else "misspelt")
    return best


def _number(home: Building, estate: Estate, street: str, name: str) -> str:
    said = _numbers_said(home, estate)
    if name in NAMED:
        said -= home.name_numbers
    if name in NAMED and estate.schedule and street == "not given":
        said = frozenset()  # of several addresses, the one with the home's name has no number
    if not home.numbers:
        return "none" if not said else "only the title's" if name in NAMED else "unknown of the home"
    if not said:
        return "only the home's"
    found = street in {"same", "misspelt"}
    level = _numbers_agree(home.numbers, said)
    if level == "but for a letter" and name in NAMED:
        level = "overlaps"
    return level if found or level in {"another", "but for a letter"} else "same without a street"


def _numbers_agree(home: frozenset[str], said: frozenset[str]) -> str:
    if said == home or (home <= said and len(said) <= len(home) + 1):
        return "same"
    if said & home:
        return "overlaps"
    plain = {number.rstrip("abcdefgh") for number in said} & {number.rstrip("abcdefgh") for number in home}
    return "but for a letter" if plain else "another"


def _numbers_said(home: Building, estate: Estate) -> frozenset[str]:
    """A title's numbers; where it names the home's street, without those of other streets that it covers as well."""
    text = estate.text
    own = {at for at, segment in enumerate(text.segments) if any(find(street, segment) for street in home.streets)}
    if not own:
        return text.numbers
    others = {
        at
        for at in set(text.numbered) - own
        if at < len(text.segments)
        and (
            set(text.segments[at]) & words().within - home.all_words
            or _names_another(home, text.segments[at])
            or (
                is_street(text.segments[at], numbered=True)
                and not (home.name and find(home.name, text.segments[at]))
                and not all(has(word, home.all_words) for word in text.segments[at])
            )
        )
    }
    return frozenset().union(*(numbers for at, numbers in text.numbered.items() if at not in others))


def _names_another(home: Building, part: tuple[str, ...]) -> bool:
    """Whether a part is of other buildings that bear the home's name: "1 Fairview Cottages"."""
    hit = find(home.name, part) if home.name else None
    return hit is not None and _another_building(part[hit[1] :], home, words().kinds)


def _name(home: Building, estate: Estate, known: Known) -> str:
    """How a home's name stands in a title's text."""
    if not home.name:
        return "another" if _strange_name(home, estate) else "unknown"
    parts = enumerate(estate.text.segments)
    hits = [hit for at, segment in parts if (hit := _name_in(at, segment, home, estate, known))]
    if hits:
        return next((hit for hit in hits if hit in NAMED), hits[0])
    own = [word for word in home.name if not _empty(word) and not any(has(word, street) for street in home.streets)]
    distinct = [word for word in own if word not in home.places]
    said = estate.text.words
    telling = [word for word in distinct if word not in words().generic]
    shared = sum(has(word, said, known.town_words) for word in telling)
    bearing = [part for part in estate.text.segments if any(has(word, part, known.town_words) for word in telling)]
    strange = _strange_name(home, estate) or any(_strange_in(part, home, estate) for part in bearing)
    if shared and (strange or shared * 2 > len(telling)):
        return "in part of another" if strange else "in part"
    return "another" if strange else "not given"


def _name_in(at: int, words_here: tuple[str, ...], home: Building, estate: Estate, known: Known) -> str | None:
    """How a home's name stands in one part of a title's text; None where it does not stand there as a name."""
    hit = find(home.name, words_here, known.town_words)
    numbered = at in estate.text.numbered and not home.name_numbers
    of_street = is_street(words_here, numbered=numbered) and (
        (numbered and " ".join(home.name) not in home.localities)
        or any(find(words_here, street) for street in home.streets)
    )
    of_town = all(has(word, home.places) for word in words_here)
    if hit is None or of_street or of_town:
        return None
    start, end, exact = hit
    after = words_here[end:]
    while after and after[0] in words().endings and after[0] not in _JOINS:
        after = after[1:]
    if after[:1] and after[0] in _JOINS and all(_empty(word) or _belongs(word) for word in after):
        after = ()  # "Fairview and car park"
    rest = (*words_here[:start], *after)
    namesakes = known.namesakes.get(home.name, 0)
    if home.name_numbers - estate.text.numbers:
        level = "in part of another" if estate.text.numbered.get(at) else "in part"
    elif _another_building(after, home, words().kinds):
        level = "of another building"
    elif _another_building(after, home, words().generic) or _strange_in(rest, home, estate):
        level = "with more"
    elif not exact:
        level = "misspelt"
    elif " ".join(home.name) in words().common_names or namesakes > _MANY:
        level = "common"
    else:
        telling = any(word not in words().generic and word not in words().of_many_houses for word in home.name)
        level = "rare" if namesakes == 1 and len(home.name) > 1 and telling else "same"
    return level


def _strange_name(home: Building, estate: Estate) -> bool:
    """Whether a title begins with a name of something that is not known of the home."""
    at, first = _first_part(estate)
    if is_street(first, numbered=at in estate.text.numbered):
        return False
    return _strange_in(first, home, estate)


def _strange_in(part: tuple[str, ...], home: Building, estate: Estate) -> bool:
    own = home.all_words | home.places | home.areas | estate.area
    return any(not _empty(word) and not has(word, own) for word in part)


def _first_part(estate: Estate) -> tuple[int, tuple[str, ...]]:
    """The first part of a title's text that says more than "land and dwelling at", and which it is."""
    for at, part in enumerate(estate.text.segments):
        start = next((n for n, word in enumerate(part, 1) if word == "at"), 0) if part[0] in words().lands else 0
        if not all(map(_empty, part[start:])):
            return at, part[start:]
    return 0, ()


def _inside(home: Building, estate: Estate, known: Known) -> bool:
    """Whether a title names something else first, and the home as where it is: "Rose Cottage, Fairview, Mill Lane"."""
    at, first = _first_part(estate)
    named = next((n for n, part in enumerate(estate.text.segments) if find(home.name, part, known.town_words)), at)
    if named <= at or named in estate.text.aliases or is_street(first, numbered=at in estate.text.numbered):
        return False
    telling = {word for word in first if not _empty(word) and word not in words().generic}
    if first in known.towns or any(find(street[:-1], first) for street in home.streets):
        return False
    return any(not has(word, home.town) for word in telling - home.places - home.all_words - home.areas - estate.area)


def _unit_of(home: Building, estate: Estate) -> bool:
    """Whether a number that is not the home's stands with its name, and not with a street: "48 Egerton Lodge"."""
    own = home.numbers | home.name_numbers
    return any(
        not numbers & own and at < len(estate.text.segments) and find(home.name, estate.text.segments[at])
        for at, numbers in estate.text.numbered.items()
    )


def _another_building(after: tuple[str, ...], home: Building, kinds: Collection[str]) -> bool:
    """Whether a kind of building stands right behind a name, and is not where the home's street or town begins."""
    if not after or after[0] not in kinds or after[0] in home.all_words:
        return False
    if " ".join((*home.name, after[0])) in home.localities:
        return False
    return not any(after[: len(part)] == part for part in (*home.streets, home.town) if part)


def _belongs(word: str) -> bool:
    """Whether a word is for what belongs to a house: "garages", "car park"."""
    return word in words().belongings or word in words().within | words().outbuildings | words().beside


def _empty(word: str) -> bool:
    """Whether a word says nothing of which place it is; a county is told elsewhere."""
    return len(word) <= _SHORT or word in words().empty or word in words().endings or word.endswith("shire")


def _extent(home: Building, estate: Estate) -> str:
    """Whether a title is of the whole place, of land, or of something beside or within it that the home is not."""
    own = home.all_words | home.places
    if estate.extent == "within":
        return "whole" if estate.thing and set(estate.thing) <= home.all_words else "within"
    if estate.thing and not own >= set(estate.thing) and not find(home.name, estate.thing):
        return "within"
    if estate.extent == "whole" and estate.text.within - home.all_words and _opens_within(estate):
        return "within"
    for segment in estate.text.segments:
        part = " ".join(word for word in segment if word != "the")
        if part in words().outbuildings and not set(segment) <= home.all_words:
            return "beside" if len(estate.text.segments) > 1 else estate.extent
    if estate.extent == "whole" and estate.schedule:
        return "several addresses"
    return estate.extent


def _opens_within(estate: Estate) -> bool:
    """Whether a part of a building is named, with its number, anywhere: "Zelbury Court, Flat 2"."""
    return bool(
        re.search(r"\b(flat|apartment|unit|suite|plot|garage|room)\s+(no\.?\s*)?\w{1,3}\b", estate.address, re.I)
    )
