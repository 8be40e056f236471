"""Places of registration in groups: the United Kingdom, Crown Dependencies, Overseas Territories, EU, elsewhere.

A list of havens is a judgement: it has a name, a day and a source, and a reader may put another in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

UNITED_KINGDOM = "united kingdom"
#: The groups, in the order of a report.
PLACES = (
    "United Kingdom",
    "Crown Dependency",
    "Overseas Territory",
    "European Union",
    "elsewhere abroad",
    "not known",
)


class BadList(ValueError):
    """A list of havens that cannot be used. The message names it and the cause."""


class HavenList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places that somebody counts as havens: who, when, where it says so. Names in lower case."""

    title: str
    publisher: str
    dated: date
    source: str
    places: tuple[str, ...]

    def __contains__(self, place: object) -> bool:
        return place in self.places

    @property
    def words(self) -> str:
        """Its name for a page: what, whose, of which day."""
        return f"{self.title} ({self.publisher}, {self.dated.isoformat()})"


@cache
def _facts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(files("graph.measures").joinpath("jurisdictions.yml").read_text("utf-8"))
    return found


def place_of(jurisdiction: str | None) -> str:
    """The group (one of ``PLACES``) of a jurisdiction in lower case; "not known" for None."""
    facts = _facts()
    if jurisdiction is None:
        return "not known"
    if jurisdiction == UNITED_KINGDOM:
        return "United Kingdom"
    for place, key in (
        ("Crown Dependency", "crown_dependencies"),
        ("Overseas Territory", "overseas_territories"),
        ("European Union", "european_union"),
    ):
        if jurisdiction in facts[key]:
            return place
    return "elsewhere abroad"


def haven_list(name: str | None = None) -> HavenList:
    """The list of that name, or in the YAML file of that path; the default list without one. Raises BadList."""
    lists = _facts()["lists"]
    if name is None or name in lists:
        return _checked(lists[name or _facts()["default_list"]], name or "the default list")
    path = Path(name)
    if not path.is_file():
        raise BadList(f"{name}: there is no such list or file; choose {', '.join(sorted(lists))}, or name a file")
    try:
        return _checked(yaml.safe_load(path.read_text("utf-8")), name)
    except (yaml.YAMLError, ValueError, OSError) as problem:
        if isinstance(problem, BadList):
            raise
        raise BadList(f"{name}: this is not a YAML file in UTF-8") from problem


def _checked(facts: object, name: str) -> HavenList:
    try:
        found = msgspec.convert(facts, HavenList)
    except msgspec.ValidationError as problem:
        raise BadList(f"{name}: {problem}; it needs title, publisher, dated, source and places") from problem
    return msgspec.structs.replace(found, places=tuple(one.casefold() for one in found.places))
