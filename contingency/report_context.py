"""What a report says beyond the plan itself, which holds codes and counts only: names, places, boundaries, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shapely.geometry.base import BaseGeometry  # type: ignore[import-untyped]  # ships no types


@dataclass(frozen=True, slots=True)
class ReportHome:
    """A home as the register knows it on the plan's day. ``None`` is "not known" and is printed so.

    ``authority`` is the ONS code of the council with social-services duties; coordinates are WGS 84 degrees;
    ``beds`` registered beds; ``feed`` and ``as_at`` the list the facts come from and the day it describes.
    """

    name: str | None = None
    provider: str | None = None
    postcode: str | None = None
    town: str | None = None
    authority: str | None = None
    authority_name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    beds: int | None = None
    rating: str | None = None
    rated_on: date | None = None
    service_types: tuple[str, ...] = ()
    feed: str | None = None
    as_at: date | None = None


@dataclass(frozen=True, slots=True)
class ReportFeed:
    """A list that the plan rests on: ``title`` (or the feed's name), its publisher, the day it describes, its age.

    ``age_note`` is free text such as "older than the 35 days this list should be renewed in".
    """

    title: str
    publisher: str
    as_at: date | None
    age_note: str = ""


@dataclass(frozen=True, slots=True)
class ReportArea:
    """A council's area for the map: its code, its name and its shape (shapely, or WKB in hexadecimal; WGS 84)."""

    code: str
    name: str
    geometry: BaseGeometry | str


@dataclass(frozen=True, slots=True)
class ReportContext:
    """Everything that a report prints besides the plan.

    ``title`` names who fails ("Fernhill Care Ltd"); ``scenario`` is one sentence on what is assumed to happen;
    ``homes`` maps home ids, failing and receiving, to what is known; ``authorities`` maps codes to names; ``duty``
    holds sentences about this scenario that stand before the table of duties; ``nations`` are those that the closing
    homes stand in ("England"), read from the council codes where it is empty; ``invented`` puts the exercise banner
    on every page.
    """

    title: str
    scenario: str
    homes: Mapping[str, ReportHome] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)
    areas: tuple[ReportArea, ...] = ()
    attributions: tuple[str, ...] = ()
    feeds: tuple[ReportFeed, ...] = ()
    duty: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    invented: bool = False
