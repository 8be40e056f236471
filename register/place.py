"""Where a home stands: coordinates from the source or its postcode, and the council that would have to act.

The regulator's own name for the council is followed where it names one that exists on the day; else the district
of the postcode. What cannot be told stays ``None`` and is counted: a home filed under a wrong council is worse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from register.records import AreaRecord, LocationRecord
from register.snapshot import Place

#: Words that one list writes in a council's name and another leaves out.
_FILLERS = frozenset(
    ["the", "of", "city", "council", "county", "borough", "royal", "metropolitan", "district", "and", "mbc", "cc"]
)
_NATIONS = {"E": "England", "S": "Scotland", "W": "Wales", "N": "Northern Ireland"}


@dataclass(frozen=True, slots=True)
class Council:
    """A council under one ONS code, and the first and last day of that code (``None``: no limit known)."""

    code: str
    name: str
    first: date | None = None
    last: date | None = None

    def stands(self, on: date) -> bool:
        """Whether the code is in force on a day."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, slots=True)
class PostcodeFact:
    """What the register keeps of a postcode: WGS 84 degrees and district code where known, and who says so."""

    latitude: float | None
    longitude: float | None
    district: str | None
    source: str


def name_key(name: str) -> str:
    """A council's name with what differs from list to list left out: ``Perth & Kinross`` is ``kinross perth``.

    The order of words is left out too, because ONS writes ``Bristol, City of`` and ``Kingston upon Hull, City of``.
    """
    text = re.sub(r"^london borough of\b", "", name.casefold().replace("&", " and ").replace("'", ""))
    words = re.findall(r"[a-zà-ÿ]+", text)
    kept = [word for word in words if word not in _FILLERS] or words
    return " ".join(sorted(kept))


class Councils:
    """Every council known by code, by name and by district: packaged lookup, own table, and loaded boundaries."""

    def __init__(self, areas: Iterable[AreaRecord] = ()) -> None:
        councils, self._upper = _packaged()
        self._aliases = _own_table()[1]
        self._by_code = {council.code: council for council in councils}
        for area in sorted(areas, key=lambda area: area.id):
            if area.layer == "utla" and area.code not in self._by_code:
                # ONS gives years; English councils begin and end on 1 April.
                first = date(area.start, 4, 1) if area.start else None
                last = date(area.end + 1, 3, 31) if area.end else None
                self._by_code[area.code] = Council(area.code, area.name, first, last)
        self._by_name: dict[str, list[Council]] = {}
        for council in sorted(self._by_code.values(), key=lambda council: council.code):
            self._by_name.setdefault(name_key(council.name), []).append(council)

    def named(self, name: str, on: date) -> Council | None:
        """The council of a name: the one that stands on the day, else the last one that did."""
        key = name_key(name)
        found = self._by_name.get(key) or self._by_name.get(self._aliases.get(key, ""), [])
        standing = [council for council in found if council.stands(on)]
        if standing:
            return standing[0]
        return max(found, key=lambda council: (council.last or date.max, council.code), default=None)

    def of_district(self, district: str, on: date) -> Council | None:
        """The council with the duty for a district code (an English shire district's is its county's)."""
        council = self._by_code.get(self._upper.get(district, district))
        return self.named(council.name, on) if council and not council.stands(on) else council

    def codes_of(self, code: str) -> frozenset[str]:
        """Every code that the council of one code has had under the same name; the code alone where it is unknown.

        Boundary files and postcode directories of different years carry different ones for Glasgow, Fife, Somerset.
        """
        council = self._by_code.get(code)
        return frozenset(c.code for c in self._by_name[name_key(council.name)]) if council else frozenset({code})


class Places:
    """Places homes by the postcodes and councils known. Answers do not depend on the order of questions."""

    def __init__(self, postcodes: Mapping[str, PostcodeFact], councils: Councils, on: date) -> None:
        self._postcodes = postcodes
        self._councils = councils
        self._on = on
        self._named: dict[str, Council | None] = {}

    def of(self, record: LocationRecord) -> Place:
        """The place of one registration."""
        fact = self._postcodes.get(record.postcode) if record.postcode else None
        latitude, longitude = record.latitude, record.longitude
        if _on_earth(latitude, longitude):
            precision, basis = "source", "coordinates: as the source gives them"
        elif fact and fact.latitude is not None:
            latitude, longitude = fact.latitude, fact.longitude
            precision, basis = "unit postcode", f"coordinates: centre of the postcode, {fact.source}"
        else:
            latitude = longitude = None
            why = "no postcode" if not record.postcode else "postcode not in the directory"
            precision, basis = "none", f"coordinates: none ({why})"
        district = fact.district if fact else None
        council, told = self._council(record, district)
        nation = record.nation or (_NATIONS.get(district[:1]) if district else None)
        return Place(
            latitude=latitude,
            longitude=longitude,
            precision=precision,  # type: ignore[arg-type]  # one of the three literals above
            authority=council.code if council else None,
            authority_name=council.name if council else None,
            district=district,
            nation=nation,
            basis=f"{basis}; council: {told}",
        )

    def _council(self, record: LocationRecord, district: str | None) -> tuple[Council | None, str]:
        """The council, and in words how it was told."""
        named = self._by_name(record.authority) if record.authority else None
        if named and named.stands(self._on):
            return named, "as the source names it"
        of_district = self._councils.of_district(district, self._on) if district else None
        if of_district:
            return of_district, "the one whose area the postcode is in"
        if named:
            return named, f"as the source names it; it ended on {named.last}"
        if record.authority:
            return None, f'not told: "{record.authority}" is no council known'
        return None, "not told: the source names none and the postcode has no district"

    def _by_name(self, name: str) -> Council | None:
        if name not in self._named:
            self._named[name] = self._councils.named(name, self._on)
        return self._named[name]


def _on_earth(latitude: float | None, longitude: float | None) -> bool:
    """Whether a pair is a position at all; (0, 0) is a spreadsheet's way of saying that there is none."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return False
    return abs(latitude) <= 90 and abs(longitude) <= 180


@cache
def _own_table() -> tuple[tuple[Council, ...], dict[str, str]]:
    """Councils and aliases of ``authorities.yml``; aliases from name key to name key."""
    table: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "authorities.yml").read_text(encoding="utf-8"))
    councils = tuple(Council(row["code"], row["name"], row.get("from"), row.get("to")) for row in table["councils"])
    return councils, {name_key(alias): name_key(name) for alias, name in table["aliases"].items()}


@cache
def _packaged() -> tuple[tuple[Council, ...], dict[str, str]]:
    """Councils of England and Wales in April 2021 with our own table over them, and district to upper-tier code."""
    councils = {council.code: council for council in _own_table()[0]}
    upper: dict[str, str] = {}
    spec = find_spec("qlacref_authorities")
    if spec and spec.origin:
        rows = json.loads((Path(spec.origin).parent / "records.json").read_text(encoding="utf-8"))
        for row in rows:
            upper[row["LTLA21CD"]] = row["UTLA21CD"]
            councils.setdefault(row["UTLA21CD"], Council(row["UTLA21CD"], row["UTLA21NM"]))
    return tuple(councils.values()), upper
