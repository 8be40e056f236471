"""Plans of an invented county, small and large, for the report's tests: Westmark and Eastmark beside the Sarn."""

from __future__ import annotations

import math
import random
import statistics
from datetime import date
from html.parser import HTMLParser
from typing import Any

import numpy as np
from shapely.geometry import Point, Polygon

from contingency.report import ReportArea, ReportContext, ReportFeed, ReportHome

ON = "2026-03-02"
COUNCILS = {"E99000001": "Westmark", "E99000002": "Eastmark", "E99000003": "Northmoor"}
NEEDS = ("residential", "residential/dementia", "nursing", "nursing/dementia")
TOWNS = ("Sarnmouth", "Hollin", "Great Arden", "Little Arden", "Tarrow", "Quernby", "Skelby", "Ferrow")
NAMES = ("Oak", "Elm", "Fern", "Heath", "Brook", "Mill", "Priory", "Orchard", "Harbour", "Meadow", "Larch", "Abbey")
KINDS = ("House", "Lodge", "Court", "View", "Grange", "Manor", "Lea")


def boundaries() -> tuple[ReportArea, ...]:
    """Three councils about an estuary, with ragged edges."""
    west = Polygon([(-3.6, 51.0), (-3.05, 51.05), (-3.0, 51.3), (-3.08, 51.42), (-3.02, 51.62), (-3.55, 51.6)])
    east = Polygon([(-2.9, 51.08), (-2.35, 51.0), (-2.3, 51.58), (-2.92, 51.62), (-2.98, 51.42), (-2.88, 51.3)])
    north = Polygon([(-3.55, 51.6), (-3.02, 51.62), (-2.92, 51.62), (-2.3, 51.58), (-2.4, 51.9), (-3.4, 51.95)])
    return tuple(
        ReportArea(code=code, name=name, geometry=shape)
        for (code, name), shape in zip(COUNCILS.items(), (west, east, north), strict=True)
    )


def _homes(number: int, prefix: str, dice: random.Random, spread: float) -> dict[str, ReportHome]:
    shapes = boundaries()
    homes = {}
    while len(homes) < number:
        longitude, latitude = dice.uniform(-3.6, -2.3), dice.uniform(51.0, 51.9)
        area = next((area for area in shapes if area.geometry.contains(Point(longitude, latitude))), None)
        if area is None:
            continue
        index = len(homes)
        homes[f"exercise:{prefix}-{index:05d}"] = ReportHome(
            name=f"{dice.choice(NAMES)} {dice.choice(KINDS)}",
            provider="Sarn Care Ltd" if prefix == "F" else f"{dice.choice(NAMES)}side Homes Ltd",
            postcode=f"ZZ{index % 90 + 1} {index % 9}AA",
            town=dice.choice(TOWNS),
            authority=area.code,
            authority_name=area.name,
            latitude=51.4 + (latitude - 51.4) * spread,
            longitude=-2.95 + (longitude + 2.95) * spread,
            beds=dice.randint(12, 80),
            rating=dice.choice(("Good", "Good", "Good", "Requires improvement", "Outstanding", None)),
            rated_on=date(dice.randint(2019, 2025), dice.randint(1, 12), dice.randint(1, 28)),
            service_types=("Care home service with nursing",),
            feed="exercise/homes",
            as_at=date(2026, 2, 25),
        )
    return homes


def _by_distance(one: ReportHome, others: dict[str, ReportHome]) -> list[tuple[str, float]]:
    """The others from the nearest, with roughly the kilometres: enough for a page that only prints what a plan says."""
    assert one.latitude and one.longitude
    places = np.array([(other.longitude, other.latitude) for other in others.values()], dtype=float)
    east, north = (places - (one.longitude, one.latitude)).T * 111.3
    away = np.hypot(east * math.cos(math.radians(one.latitude)), north).round(3)
    ids = list(others)
    return [(ids[at], float(away[at])) for at in np.argsort(away, kind="stable")]


def make_case(
    closing: int = 6, taking: int = 60, seats: int = 6, seed: int = 7, spread: float = 1.0
) -> tuple[dict[str, Any], ReportContext]:
    """A plan in which ``closing`` homes close, ``taking`` homes have ``seats`` places each, and its context."""
    dice = random.Random(seed)
    failing, others = _homes(closing, "F", dice, spread), _homes(taking, "R", dice, spread)
    free = dict.fromkeys(others, seats)
    affected, moves, unplaced = [], [], []
    for home, known in failing.items():
        by_need = {need: dice.randint(1, 18) for need in dice.sample(NEEDS, 3)}
        nearest = _by_distance(known, others)
        for need, people in sorted(by_need.items()):
            left = people
            for other, km in nearest:
                taken = min(left, free[other], dice.randint(1, 6))
                if taken:
                    free[other] -= taken
                    left -= taken
                    moves.append(
                        {"from": home, "to": other, "need": need, "pool": need, "people": taken}
                        | {"km": km, "minutes": None}
                    )
                if not left:
                    break
            if left:
                unplaced.append(
                    {"from": home, "need": need, "people": left}
                    | {"reason": "every suitable home open to admissions is full"}
                )
        affected.append(
            {"home": home, "name": known.name, "authority": known.authority, "beds": known.beds}
            | {"people": sum(by_need.values()), "basis": "estimated"}
            | {"needs": [{"need": need, "people": people} for need, people in sorted(by_need.items())]}
        )
    plan = _plan(affected, moves, unplaced)
    return plan, ReportContext(
        title="Sarn Care Ltd",
        scenario=f"Every home that Sarn Care Ltd runs ({closing}) closes on the same day.",
        homes=failing | others,
        authorities=COUNCILS,
        areas=boundaries(),
        attributions=("Exercise data of an invented county. No licence is needed.",),
        feeds=(
            ReportFeed("Exercise: register of homes", "The Exercise Office", date(2026, 2, 25)),
            ReportFeed("Exercise: ratings", "The Exercise Office", date(2025, 11, 3), "older than it should be"),
        ),
        duty=("The registered provider is taken to have stopped running every home.",),
        invented=True,
    )


def _plan(affected: list[Any], moves: list[Any], unplaced: list[Any]) -> dict[str, Any]:
    distances = sorted(move["km"] for move in moves for _ in range(move["people"]))
    placed, left = len(distances), sum(row["people"] for row in unplaced)
    total = sum(distances)
    return {
        "schema": "longstop/plan/1",
        "snapshot": "5f0c" * 16,
        "on": ON,
        "scenario": {
            "kind": "provider",
            "ids": ["exercise:P-1"],
            "options": {"travel": "crow", "cap_km": None, "objective": "total"},
        },
        "assumptions": [
            {
                "name": "occupancy, England",
                "value": 0.86,
                "basis": "estimated",
                "source": "DHSC, Adult social care in England, monthly statistics, August 2025",
                "date": "2025-07-14",
            },
            {
                "name": "vacant and open to admissions",
                "value": 0.108,
                "basis": "estimated",
                "source": "DHSC, August 2025",
                "date": "2025-07-14",
            },
        ],
        "travel": {"engine": "crow", "unit": "km", "method": "WGS 84 geodesic between the homes' coordinates"},
        "affected": affected,
        "moves": moves,
        "unplaced": unplaced,
        "summary": {
            "people": placed + left,
            "placed": placed,
            "unplaced": left,
            "total_km": round(total, 3),
            "mean_km": round(total / placed, 3) if placed else None,
            "median_km": statistics.median(distances) if placed else None,
            "p90_km": distances[-(-placed * 9 // 10) - 1] if placed else None,
            "max_km": distances[-1] if placed else None,
            "by_authority": [],
        },
        "optimality": {"proved": True, "objective": round(total, 3), "bound": round(total, 3)},
    }


VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, words, headings, and whether tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
