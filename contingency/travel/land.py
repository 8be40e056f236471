"""The land that ``land-grid`` walks on: a polygon in British National Grid metres, from the best map at hand.

In order: the coast of the ONS boundaries in the register; the invented county's own coast; and where the register
holds no boundaries at all, the one-kilometre mask of ``global-land-mask``, with the tidal rivers that it closes cut
open again along stated lines.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pyproj
import shapely  # type: ignore[import-untyped]  # ships no types
from numpy.lib import format as npy
from numpy.typing import NDArray

from contingency.problem import FloatArray
from contingency.travel.crossings import Barrier, Crossing, CrossingTable
from register.records import AreaRecord

#: The British National Grid by the seven-parameter Helmert shift: within 5 m of OSTN15, the same on every machine
#: whether or not it has the OSTN15 grid file. Northern Ireland is stretched by 0.15 %, which is below the grid's error.
_NATIONAL_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +type=crs"
)
_TO_GRID = pyproj.Transformer.from_crs("EPSG:4326", _NATIONAL_GRID, always_xy=True)

#: Layer of an area record that carries one land crossing as a line, for a county that brings its own.
CROSSING_LAYER = "crossing"
#: ONS codes begin with the nation's letter or K; the invented county's begin with X, which ONS does not use.
_INVENTED = "X"

#: The part of the world mask that is read: longitude and latitude in degrees. East to Norfolk and no further, so
#: that little of France is in it; homes there are none.
_MASK_BOX = (-11.0, 49.8, 2.2, 61.0)
_MASK_PER_DEGREE = 120
#: Adjoining cells of the mask that touch only at a corner are joined by widening all land by this much (metres).
_MASK_WIDENED = 60.0
#: Square metres that the land may lie across: four times the box around the United Kingdom.
_LARGEST = 4e12
#: Width in metres that a closed tidal river is cut open to: enough to part two cells, little enough to lose none.
_RIVER_CUT = 200.0


@dataclass(frozen=True, slots=True)
class Land:
    """Land polygons in British National Grid metres, the crossings that join them, and a sentence on their source.

    ``crossings`` are the listed bridges, tunnels and causeways that belong to this map.
    """

    polygon: shapely.MultiPolygon
    crossings: tuple[Crossing, ...]
    method: str


def to_grid(lonlat: FloatArray) -> FloatArray:
    """British National Grid eastings and northings in metres, shape (n, 2), of points (longitude, latitude)."""
    x, y = _TO_GRID.transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([x, y])


def land_of(areas: Iterable[AreaRecord], table: CrossingTable, year: int | None = None) -> Land:
    """The land of these boundaries as they stood in a year (``None``: as they stand), else of the fallback mask.

    Raises ValueError naming the area whose geometry cannot be read.
    """
    standing = [area for area in areas if _stands(area, year)]
    own = tuple(_crossing(area) for area in standing if area.layer == CROSSING_LAYER)
    coast = [area for area in standing if area.layer == "uk" and not area.code.startswith(_INVENTED)]
    county = [area for area in standing if area.layer == "uk" and area.code.startswith(_INVENTED)]
    if coast or county:
        names = (["the coast in the ONS boundaries (super-generalised, mean high water)"] if coast else []) + (
            ["the invented county's own coast"] if county else []
        )
        listed = (table.crossings if coast else ()) + own
        return Land(_polygon([*coast, *county]), listed, _method(" and ".join(names), len(listed)))
    listed = table.crossings + own
    mask = (
        "the one-kilometre mask of global-land-mask 1.0 (NOAA GLOBE), the fallback where no ONS boundaries are loaded, "
        f"with {len(table.barriers)} tidal rivers that it closes cut open"
    )
    return Land(_mask_polygon(table.barriers), listed, _method(mask, len(listed)))


def _method(source: str, crossings: int) -> str:
    return (
        "Shortest path over land on a one-kilometre grid, no ferries, "
        f"with the listed bridges, tunnels and causeways ({crossings}); land from {source}. "
        "Land-path kilometres, no road factor applied; rivers inland of that coast are no obstacle."
    )


def _stands(area: AreaRecord, year: int | None) -> bool:
    """Whether an area stands in a year; ONS gives the last year of an abolished area as its ``end``."""
    if year is None:
        return area.end is None
    return (area.start is None or area.start <= year) and (area.end is None or year <= area.end)


def _geometry(area: AreaRecord) -> shapely.Geometry:
    """An area's geometry in grid metres. Raises ValueError naming the area."""
    try:
        geometry = shapely.from_wkb(bytes.fromhex(area.geometry))
    except (ValueError, shapely.errors.GEOSException) as error:
        raise ValueError(f"boundary {area.id} ({area.name}): its geometry cannot be read: {error}") from error
    projected = shapely.transform(geometry, to_grid)
    if projected is None or not np.isfinite(shapely.get_coordinates(projected)).all():
        raise ValueError(f"boundary {area.id} ({area.name}): its geometry has positions that are not on the map")
    return projected


def _crossing(area: AreaRecord) -> Crossing:
    """A crossing carried as an area record. Raises ValueError where it is not a line of two points or more."""
    try:
        ends = shapely.get_coordinates(shapely.from_wkb(bytes.fromhex(area.geometry)))
    except (ValueError, shapely.errors.GEOSException) as error:
        raise ValueError(f"crossing {area.id} ({area.name}): its geometry cannot be read: {error}") from error
    if len(ends) < 2:
        raise ValueError(f"crossing {area.id} ({area.name}): a crossing is a line between two ends")
    (a_lon, a_lat), (b_lon, b_lat) = ends[0].tolist(), ends[-1].tolist()
    return Crossing(name=area.name, a=(a_lon, a_lat), b=(b_lon, b_lat), note="from the boundaries' own file")


def _polygon(areas: list[AreaRecord]) -> shapely.MultiPolygon:
    """The land of these areas together, in grid metres."""
    return _as_land(shapely.union_all(shapely.make_valid(np.array([_geometry(area) for area in areas]))))


def _as_land(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons among a geometry's parts, as one, in a stated order: equal land, equal bytes.

    Raises ValueError where there are none, or they cover more of the Earth than a grid can be laid over.
    """
    parts = [part for part in shapely.get_parts(geometry) if shapely.get_dimensions(part) == 2]
    polygons = [p for part in parts for p in shapely.get_parts(part) if isinstance(p, shapely.Polygon)]
    land = shapely.normalize(shapely.MultiPolygon(polygons))
    if land.is_empty:
        raise ValueError("the boundaries of layer uk hold no land")
    west, south, east, north = land.bounds
    if (east - west) * (north - south) > _LARGEST:
        raise ValueError("the boundaries of layer uk reach beyond the British Isles and the North Sea")
    return land


def _mask_polygon(barriers: tuple[Barrier, ...]) -> shapely.MultiPolygon:
    """The fallback mask's land in grid metres, with the listed tidal rivers cut open."""
    rows, lat_edges, lon_edges = _mask_rows()
    boxes = []
    for row, (north, south) in zip(rows, lat_edges, strict=True):
        change = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]])))
        boxes.append(shapely.box(lon_edges[change[0::2]], south, lon_edges[change[1::2]], north))
    land = shapely.union_all(np.concatenate(boxes))
    widened = shapely.buffer(shapely.transform(land, to_grid), _MASK_WIDENED, join_style="mitre")
    rivers = [to_grid(np.array(barrier.line)) for barrier in barriers]
    cuts = shapely.buffer(
        np.array([shapely.LineString(river) for river in rivers], dtype=object), _RIVER_CUT / 2, cap_style="flat"
    )
    return _as_land(shapely.difference(widened, shapely.union_all(cuts)))


def _mask_rows() -> tuple[NDArray[np.bool_], FloatArray, FloatArray]:
    """The mask around the British Isles: land by row and column, each row's north and south, the columns' edges.

    A cell is 1/120 of a degree, named in the package by its north-western corner. The package's own reader holds the
    whole world, 933 MB, in memory; this reads the rows that are needed.
    """
    west, south, east, north = _MASK_BOX
    top, bottom = round((90 - north) * _MASK_PER_DEGREE), round((90 - south) * _MASK_PER_DEGREE)
    left, right = round((west + 180) * _MASK_PER_DEGREE), round((east + 180) * _MASK_PER_DEGREE)
    package = resources.files("global_land_mask") / "globe_combined_mask_compressed.npz"
    with resources.as_file(package) as path, zipfile.ZipFile(path) as archive, archive.open("mask.npy") as member:
        npy.read_magic(member)
        (_, width), _, _ = npy.read_array_header_1_0(member)
        for _ in range(top):
            member.read(width)
        water = np.frombuffer(member.read(width * (bottom - top)), dtype=np.bool_).reshape(-1, width)[:, left:right]
    norths = 90 - np.arange(top, bottom) / _MASK_PER_DEGREE
    edges = np.arange(left, right + 1) / _MASK_PER_DEGREE - 180
    return ~water, np.column_stack([norths, norths - 1 / _MASK_PER_DEGREE]), edges
