"""What a title's text says that it is of: the address without the registry's formulas, and how much of the place.

"The freehold land shown edged with red on the plan of the above title filed at the Registry and being Fairview" is
Fairview; "mines and minerals under Fairview", "roof space at Fairview" and "land adjoining Fairview" are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from register.matching.address import has, parts_of, spelt_words, words

Extent = Literal["whole", "land by a street", "beside", "within"]

_LINES = re.compile(r"\s*[\r\n]+\s*")
#: The registry's own words before an address: "… on the plan of the above title filed at the Registry and being".
_FORMULA = re.compile(
    r"\b(?:shown|edged|tinted|hatched|coloured|numbered)\b.{0,200}?\bregistry\b(?:,? and)?(?: being)?", re.IGNORECASE
)
#: What is said of a title beside its address: "excluding the mines and minerals", "(see plan)".
_REMARK = re.compile(
    r"\b(?:excluding|except(?:ing)?|together with|subject to|(?:as )?shown on|edged (?:with )?(?:red|blue|green))\b"
    r"[^,;()\[\]]*|\b(?:formerly )?(?:part of|comprised in|registered (?:under|at|with)) titles?\b[^,;()\[\]]*"
    r"|\((?:see plan|edged \w+)\)|\bnote\s*[:;].*$|\b(?:is|are) included in (?:this|the) title\b",
    re.IGNORECASE,
)
#: After these words comes the name of what is described before: "land on the north side of Mill Lane being Fairview".
_BEING = re.compile(r"\b(?:(?:and )?being|(?:now |also |formerly |previously )?(?:known|called)(?: as)?|comprising)\b")
_OVER = frozenset({"at", "in", "on", "over", "under", "above", "below", "beneath", "underneath", "within", "to"})
#: Only words of so many letters may be misspelt: "bank" is not "back".
_LONG = 7
_WINDS = re.compile(r"^(?:north|south|east|west)(?:ern|erly)?(?:-?(?:east|west)(?:ern|erly)?)?$")


@dataclass(frozen=True, slots=True)
class Description:
    """``address`` is the text to look for an address in. ``thing``: words for what is there that are none for land or
    buildings, of a part where ``extent`` is "within" ("flat", "mast"), else whatever stands before "at" or "over"
    ("Gospel Hall"). Where they are not a home's own words, the title is not of the home.
    """

    address: str
    extent: Extent
    thing: tuple[str, ...]


def describe(text: str) -> Description:
    """Read a title's text."""
    whole = " ".join(_LINES.sub(", ", text.strip()).split())
    address = _REMARK.sub(" ", _FORMULA.sub(" being ", whole))
    if not spelt_words(address):
        address = whole
    opening, being, named = _parted(address)
    extent, thing = _extent(opening, followed=being)
    if being and extent in {"land by a street", "whole"}:
        further, inside = _extent(_parted(named)[0], followed=False)
        extent, thing = (further, inside) if further in {"beside", "within"} else ("whole", thing)
    if extent == "whole":
        extent = _later(named if being else address)
    return Description(address, extent, thing)


def _later(text: str) -> Extent:
    """What a description says that does not come first: "7 Mill Lane, land adjoining Fairview"."""
    for part, _ in [*parts_of(text)][1:]:
        some = spelt_words(part)
        over = next((at for at, word in enumerate(some) if word in _OVER), 0)
        if not some:
            continue
        if some[0] in words().lands and (extent := _extent(part, followed=False)[0]) != "whole":
            return extent
        if over and _is_part(some[0]):
            return "within"  # "Zelbury, garages at Mill Lane"
    return "whole"


def _parted(text: str) -> tuple[str, bool, str]:
    """A text's first part, up to a comma or the like; whether it only describes ("…being"); and then what follows."""
    plain = text.casefold()
    found = _BEING.search(plain)
    if found and _describes(plain[: found.start()]):
        return plain[: found.start()], True, plain[found.end() :]
    return next((part for part, _ in parts_of(text)), ""), False, ""


def _describes(before: str) -> bool:
    """Whether what stands before "being" is a description, and no name: "land on the north side of Mill Lane"."""
    opening = [word for word in spelt_words(before) if word not in words().before_land]
    return not opening or opening[0] in words().lands or any(map(_is_part, opening))


def _extent(part: str, *, followed: bool) -> tuple[Extent, tuple[str, ...]]:
    """What a first part says it is of. ``followed``: "being" and the name come after it."""
    opening = spelt_words(part)
    while opening and opening[0] in words().before_land:
        opening = opening[1:]
    if not opening:
        return "whole", ()
    if opening[0] == "part" and opening[1:2] == ["of"]:
        return "within", ()
    inside = [word for word in opening[: len(opening) if followed else 3] if _is_part(word)]
    if inside or "floor" in opening[:6]:
        return "within", tuple(inside)
    if opening[0] in words().grounds and set(opening[1:2]) & (words().lands | words().lying):
        return "within", ()
    if opening[0] in words().lands:
        return _of_land(opening), ()
    joins = _OVER | words().beside
    over = next(
        (at for at, word in enumerate(opening[:-1]) if at and word in joins and opening[at - 1] != "and"), 0
    )  # not in "Fairview and adjoining land"
    thing = tuple(word for word in opening[:over] if word not in words().empty and not word[0].isdigit())
    return ("beside" if over and not thing and opening[over] in words().beside else "whole"), thing


def _is_part(word: str) -> bool:
    """Whether a word is for a part of a building, or for what is no building: one or many of it."""
    return word in words().within or word.removesuffix("s") in words().within


def _of_land(opening: Sequence[str]) -> Extent:
    """Land at a place is the place; land beside, behind, or on a side of it is not."""
    for at, word in enumerate(opening[1:], start=1):
        after = opening[at + 1 : at + 2]
        if word in words().beside or (len(word) >= _LONG and has(word, words().beside)):
            return "beside"
        if word == "side" and after == ["of"]:
            return "land by a street"
        if _is_part(word) and not set(after) & words().roads:
            return "within"
        wind = _WINDS.match(word) and after and (after[0] in {"of", "side", "and"} or _WINDS.match(after[0]))
        if wind and after == ["of"]:
            return "beside"
        if not wind and word not in words().lands and word not in words().lying:
            return "whole"
    return "whole"
