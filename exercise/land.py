"""The lie of the land: two banks of an estuary that runs from sea to sea, joined by one bridge far inland.

Each bank is a lattice of council areas bent by smooth curves, so that neighbours share their borders exactly and a
point given as (across, inland) within an area lies in that area. Distances are kilometres on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

Bank = Literal["north", "south"]
BANKS: tuple[Bank, Bank] = ("north", "south")

#: The middle of the county, WGS 84: the Dogger Bank, open sea 150 km and more from any shore.
CENTRE_LATITUDE, CENTRE_LONGITUDE = 55.25, 3.0
_KM_PER_DEGREE = 111.32
#: England has about 130,000 km² and 15,000 homes, so about 9 km² of land to a home.
_KM2_PER_HOME = 9.0
_WIDEST_KM, _DEEPEST_KM = 168.0, 118.0
_NARROWS_KM = 0.75
#: Homes keep this far from shore and border: a coordinate is a postcode's centroid, and never stands in the water.
_MARGIN_KM = 0.35
#: How far inland the bridge's ends lie from the water's edge, so that they stand on land in a 1 km grid.
_BRIDGE_INLAND_KM = 0.8
_BRIDGE_AT = 0.2


@dataclass(frozen=True, slots=True)
class Cell:
    """One council area: its bank, and its column (west to east) and row (from the estuary outwards)."""

    bank: Bank
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Land:
    """``width`` west to east and ``depth`` of each bank in km; each bank has ``columns`` × ``rows`` areas."""

    width: float
    depth: float
    columns: int
    rows: int
    phases: tuple[float, ...]

    def cells(self) -> tuple[Cell, ...]:
        """All areas, bank by bank, row by row from the estuary, and east to west: the mouth of the estuary first."""
        return tuple(
            Cell(bank, column, row)
            for row in range(self.rows)
            for column in reversed(range(self.columns))
            for bank in BANKS
        )

    def half_width(self, x: float) -> float:
        """Half the estuary's width in km at ``x`` km from the west: narrow inland, wide at its eastern mouth."""
        mouth = min(6.0, max(2.0, 0.1 * self.width))
        seaward = min(1.0, max(0.0, (x / self.width - 0.3) / 0.7))
        return _NARROWS_KM + (mouth - _NARROWS_KM) * seaward * math.sqrt(seaward)

    def _middle(self, x: float) -> float:
        return 0.05 * self.depth * math.sin(2 * math.pi * (0.8 * x / self.width + self.phases[0]))

    def shore(self, bank: Bank, x: float) -> float:
        """Northing in km of a bank's shore of the estuary at ``x``."""
        return self._middle(x) + (self.half_width(x) if bank == "north" else -self.half_width(x))

    def _coast(self, bank: Bank, x: float) -> float:
        one, two = (self.phases[1], self.phases[2]) if bank == "north" else (self.phases[3], self.phases[4])
        turns = x / self.width
        bays = 0.05 * math.sin(2 * math.pi * (1.7 * turns + one)) + 0.02 * math.sin(2 * math.pi * (5.3 * turns + two))
        return (1 if bank == "north" else -1) * self.depth * (1.05 + bays)

    def _lean(self, inland: float) -> float:
        """How far east (share of the width) a north-south border leans at ``inland``: coasts are not straight."""
        return 0.03 * math.sin(2 * math.pi * (0.9 * inland + self.phases[5])) + 0.012 * math.sin(
            2 * math.pi * (3.1 * inland + self.phases[6])
        )

    def point(self, bank: Bank, across: float, inland: float) -> tuple[float, float]:
        """(x, y) in km from the county's western end and the estuary's axis.

        ``across`` runs from 0 (west) to 1 (east), ``inland`` from 0 (the estuary) to 1 (the open coast).
        """
        x = self.width * (across + self._lean(inland))
        shore = self.shore(bank, x)
        return x, shore + inland * (self._coast(bank, x) - shore)

    def across_inland(self, bank: Bank, x: float, y: float) -> tuple[float, float]:
        """The inverse of ``point``."""
        shore = self.shore(bank, x)
        inland = (y - shore) / (self._coast(bank, x) - shore)
        return x / self.width - self._lean(inland), inland

    def within(self, cell: Cell, x: float, y: float) -> tuple[float, float]:
        """The point of an area nearest in its own directions to (x, y), at least 350 m from shores and borders."""
        across, inland = self.across_inland(cell.bank, x, y)
        side, deep = _MARGIN_KM / self.width, 2 * _MARGIN_KM / self.depth
        across = min(max(across, cell.column / self.columns + side), (cell.column + 1) / self.columns - side)
        inland = min(max(inland, cell.row / self.rows + deep), (cell.row + 1) / self.rows - deep)
        return self.point(cell.bank, across, inland)

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """(longitude, latitude) WGS 84 of a point in km, rounded to six decimals as CQC's files are."""
        latitude = CENTRE_LATITUDE + y / _KM_PER_DEGREE
        longitude = CENTRE_LONGITUDE + (x - self.width / 2) / (_KM_PER_DEGREE * math.cos(math.radians(latitude)))
        return round(longitude, 6), round(latitude, 6)

    def bridge(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The bridge's northern and southern ends as (longitude, latitude)."""
        x = self.width * _BRIDGE_AT
        return (
            self.degrees(x, self.shore("north", x) + _BRIDGE_INLAND_KM),
            self.degrees(x, self.shore("south", x) - _BRIDGE_INLAND_KM),
        )

    def line(self, bank: Bank, start: tuple[float, float], end: tuple[float, float]) -> Sequence[tuple[float, float]]:
        """The border between two lattice points given as (across, inland): (longitude, latitude), 500 m or so apart."""
        x0, y0 = self.point(bank, *start)
        x1, y1 = self.point(bank, *end)
        pieces = min(160, max(8, math.ceil(math.hypot(x1 - x0, y1 - y0) / 0.5)))
        steps = [i / pieces for i in range(pieces + 1)]
        return [
            self.degrees(*self.point(bank, start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])))
            for t in steps
        ]


def lay_out(homes: int, chance: Random) -> Land:
    """A county for so many homes: from 24 km to 168 km wide, with 2 to 150 council areas, about 100 homes to each."""
    area = homes * _KM2_PER_HOME
    width = min(_WIDEST_KM, max(24.0, math.sqrt(area)))
    depth = min(_DEEPEST_KM, max(9.0, area / width / 2))
    per_bank = max(1, min(75, round(homes / 200)))
    rows = max(1, round(math.sqrt(per_bank * depth / width)))
    columns = max(1, per_bank // rows)
    return Land(width, depth, columns, rows, tuple(chance.random() for _ in range(7)))
