"""The county's boundaries as TopoJSON, laid out as the ONS's public file is, with the bridge as one object more.

Neighbouring areas share their arcs; a ring that runs against an arc names it by the complement (``~i``). The estuary is
open water: it lies outside every polygon.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from exercise.land import BANKS, Bank, Land
from exercise.names import BRIDGE, COUNTY, REGION
from exercise.stock import Council

#: Steps that each axis is divided into: 2 m or less, so that rounding moves no home into the water.
_STEPS = 99_999
#: The year in which one council, ``X19999999``, gave way to today's: the file keeps ended areas, marked with ``end``.
REORGANISED = 2019
ABOLISHED = "X19999999"

Point = tuple[float, float]


class _Arcs:
    """Arcs by name: each border between two lattice points is drawn once."""

    def __init__(self, land: Land) -> None:
        self._land = land
        self.lines: list[Sequence[Point]] = []
        self._numbers: dict[tuple[Bank, int, int, bool], int] = {}

    def border(self, bank: Bank, column: int, row: int, *, along: bool) -> int:
        """The arc from a lattice point to the next one east (``along`` the estuary) or inland."""
        key = (bank, column, row, along)
        if key not in self._numbers:
            start = (column / self._land.columns, row / self._land.rows)
            end = ((column + along) / self._land.columns, (row + (not along)) / self._land.rows)
            self._numbers[key] = len(self.lines)
            self.lines.append(self._land.line(bank, start, end))
        return self._numbers[key]

    def add(self, line: Sequence[Point]) -> int:
        """A line of its own."""
        self.lines.append(line)
        return len(self.lines) - 1

    def ring(self, bank: Bank, columns: range, rows: range) -> list[int]:
        """The ring round a block of areas."""
        estuary = [self.border(bank, c, rows.start, along=True) for c in columns]
        east = [self.border(bank, columns.stop, r, along=False) for r in rows]
        coast = [~self.border(bank, c, rows.stop, along=True) for c in reversed(columns)]
        west = [~self.border(bank, columns.start, r, along=False) for r in reversed(rows)]
        return [*estuary, *east, *coast, *west]


def topology(land: Land, councils: Sequence[Council]) -> dict[str, object]:
    """The TopoJSON document: objects uk, ctry, rgn, utla, ltla as ONS has them, and ``crossings``.

    Every council is a single-tier one, so that utla and ltla hold the same areas. ``start`` and ``end`` are years.
    """
    arcs = _Arcs(land)
    single = [
        _area("Polygon", [arcs.ring(c.bank, _one(c.cell.column), _one(c.cell.row))], c.code, c.name, start=REORGANISED)
        for c in councils
    ]
    banks = [[arcs.ring(bank, range(land.columns), range(land.rows))] for bank in BANKS]
    abolished = _area("MultiPolygon", banks, ABOLISHED, f"{COUNTY} (abolished)", end=REORGANISED)
    north, south = land.bridge()
    bridge = {"type": "LineString", "arcs": [arcs.add([north, south])], "properties": {"name": BRIDGE}}
    objects = {
        "uk": [_area("MultiPolygon", banks, "X02000001", f"{COUNTY} (invented)")],
        "ctry": [_area("MultiPolygon", banks, "X92000001", f"{COUNTY} (invented)")],
        "rgn": [_area("MultiPolygon", banks, "X12000001", REGION)],
        "utla": [*single, abolished],
        "ltla": [*single, abolished],
        "crossings": [bridge],
    }
    delta, transform = _quantise(arcs.lines)
    return {
        "type": "Topology",
        "arcs": delta,
        "transform": transform,
        "objects": {
            name: {"type": "GeometryCollection", "geometries": geometries} for name, geometries in objects.items()
        },
    }


def _one(index: int) -> range:
    return range(index, index + 1)


def _area(shape: str, arcs: object, code: str, name: str, **years: int) -> dict[str, object]:
    return {"type": shape, "arcs": arcs, "properties": {"areacd": code, "areanm": name, **years}}


def _quantise(lines: Sequence[Sequence[Point]]) -> tuple[list[list[list[int]]], dict[str, list[float]]]:
    """Arcs in whole steps, each point as the difference from the one before; and the transform that undoes it."""
    lows = [min(point[axis] for line in lines for point in line) for axis in (0, 1)]
    highs = [max(point[axis] for line in lines for point in line) for axis in (0, 1)]
    scale = [(high - low) / _STEPS for low, high in zip(lows, highs, strict=True)]
    arcs = []
    for line in lines:
        before = (0, 0)
        arc: list[list[int]] = []
        for longitude, latitude in line:
            here = (round((longitude - lows[0]) / scale[0]), round((latitude - lows[1]) / scale[1]))
            if not arc or here != before:
                arc.append([here[0] - before[0], here[1] - before[1]])
            before = here
        arcs.append(arc)
    return arcs, {"scale": scale, "translate": lows}


def write_boundaries(land: Land, councils: Sequence[Council], to: Path) -> None:
    """Write the TopoJSON file."""
    to.write_text(json.dumps(topology(land, councils), separators=(",", ":")), encoding="utf-8")
