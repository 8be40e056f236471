"""The figures a plan rests on, each with its day, source and basis; read from YAML that a planner can edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml

from register.refusal import Refusal

Basis = Literal["recorded", "imported", "estimated"]


class BadAssumptions(Refusal, ValueError):
    """An assumptions file that cannot be used. The message names the file, the entry and the cause."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One assumed figure with where it comes from and the last day it describes."""

    value: float
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Shares of registered beds: occupied, empty and admitting, empty and closed to admissions. They add to 1."""

    area: str
    date: date
    occupied: float
    admitting: float
    source: str
    borrowed: str | None

    @property
    def closed(self) -> float:
        """The share of beds that are empty and closed to admissions."""
        return 1.0 - self.occupied - self.admitting


@dataclass(frozen=True, slots=True)
class Assumptions:
    """All assumed figures. ``occupancy`` rows are in order of area and date."""

    occupancy: tuple[Occupancy, ...]
    dementia_share: Figure
    nursing_share_where_both: Figure
    admitting_share_of_empty: Figure
    vacancy_marked_after_days: int
    vacancy_unused_after_days: int
    rules: tuple[tuple[str, str, str, str | None], ...]

    def occupancy_of(self, nation: str | None, region: str | None, on: date) -> Occupancy:
        """The row for a region or, failing that, a nation (failing that, England): nearest on or before ``on``."""
        for area in (region, nation, "England"):
            rows = [row for row in self.occupancy if row.area == area]
            if rows:
                earlier = [row for row in rows if row.date <= on]
                return max(earlier, key=lambda row: row.date) if earlier else min(rows, key=lambda row: row.date)
        raise BadAssumptions("the assumptions hold no occupancy for England, the row that every other falls back to")


def read_assumptions(path: Path | None = None) -> Assumptions:
    """Read an assumptions file; Longstop's own where no path is given.

    Raises BadAssumptions for a file that is not YAML, lacks an entry, or whose shares do not lie between 0 and 1.
    """
    name = str(path) if path else "assumptions.yml"
    try:
        source = path or resources.files("contingency").joinpath("assumptions.yml")
        return _assumptions(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadAssumptions(f"{name} cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAssumptions(f"{name}: an entry is missing or of the wrong kind ({error})") from error
    except BadAssumptions as error:
        raise BadAssumptions(f"{name}: {error}") from error


def _assumptions(document: dict[str, Any]) -> Assumptions:
    split = _figure(document, "admitting_share_of_empty")
    return Assumptions(
        tuple(sorted((_occupancy(row, split) for row in document["occupancy"]), key=lambda r: (r.area, r.date))),
        _figure(document, "dementia_share"),
        _figure(document, "nursing_share_where_both"),
        split,
        int(document["vacancy_marked_after_days"]),
        int(document["vacancy_unused_after_days"]),
        tuple((r["name"], r["value"], r["source"], str(r["date"]) if r["date"] else None) for r in document["rules"]),
    )


def _figure(document: dict[str, Any], name: str) -> Figure:
    entry = document[name]
    return Figure(_share(entry["value"], name), str(entry["source"]), _day(entry["date"], name))


def _occupancy(row: dict[str, Any], split: Figure) -> Occupancy:
    area = str(row["area"])
    occupied = _share(row["occupied"], f"occupancy of {area}: occupied")
    # Rounded so that a share derived from a split is the same decimal on every machine.
    admitting = _share(row.get("admitting", round((1 - occupied) * split.value, 6)), f"occupancy of {area}: admitting")
    if occupied + admitting > 1 + 1e-9:
        raise BadAssumptions(
            f"occupancy of {area}: occupied {occupied} and admitting {admitting} are more than all beds"
        )
    return Occupancy(area, _day(row["date"], area), occupied, admitting, str(row["source"]), row.get("borrowed"))


def _share(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadAssumptions(f"{name}: {value!r} is not a share between 0 and 1")
    return float(value)


def _day(value: object, name: str) -> date:
    if not isinstance(value, date):
        raise BadAssumptions(f"{name}: {value!r} is not a date like 2025-07-14")
    return value
