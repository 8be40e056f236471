"""How far people would have to travel: engines that give distances to a placement, each named by its method."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from contingency.travel.crow import Crow
from contingency.travel.engine import Engine, Point
from contingency.travel.land_grid import LandGrid, Landmass
from register.records import AreaRecord

#: Makes an engine from a snapshot's boundaries, the year they are wanted for (``None``: as they stand now) and a
#: folder that may keep what takes long to work out (``None``: keep nothing).
Maker = Callable[[Iterable[AreaRecord], int | None, Path | None], Engine]


def _crow(areas: Iterable[AreaRecord], year: int | None, cache: Path | None) -> Engine:
    """The straight line asks no map."""
    return Crow()


def _land_grid(areas: Iterable[AreaRecord], year: int | None, cache: Path | None) -> Engine:
    return LandGrid.of(areas, year=year, cache=cache)


#: The travel engines by the name that ``--travel`` takes.
ENGINES: dict[str, Maker] = {"crow": _crow, "land-grid": _land_grid}

__all__ = ["ENGINES", "Crow", "Engine", "LandGrid", "Landmass", "Maker", "Point"]
