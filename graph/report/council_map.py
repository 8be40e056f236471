"""A map of concentration by council: shade and hatching together, and every figure of it in the table beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import shapely  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry  # type: ignore[import-untyped]  # ships no types

from graph.concentration import ALL_NEEDS, NO_COUNCIL, Concentration, Level
from graph.measures.tally import Bounds
from printing.layout import Picture
from printing.wording import clean, count, number
from register.records import AreaRecord
from register.snapshot import Snapshot

_WIDTH, _LEGEND = 720.0, 74.0
_TALLEST = 900.0
#: The bands of the index, in words, shade and pattern; the last is of bounds that lie in several.
_BANDS = (
    ("under 1,500", "#eaf2f7", ""),
    ("1,500 to 2,500", "#9cc3dc", ""),
    ("over 2,500", "#0b3c5d", ""),
    ("not settled: owners unknown", "#f3e6c4", "hatch"),
)
_SEA, _EMPTY, _EDGE = "#ffffff", "#f4f4f2", "#6b675c"


@dataclass(frozen=True, slots=True)
class _Shape:
    area: AreaRecord
    shape: BaseGeometry


def council_map(snapshot: Snapshot, markets: Sequence[Concentration], level: Level = "group") -> Picture:
    """The index of all care at one level by council. Empty, with words, where no boundary of a council is known."""
    found = {
        one.area: one for one in markets if one.need == ALL_NEEDS and one.level == level and one.area != NO_COUNCIL
    }
    shapes, unread = _shapes(snapshot, found)
    words = (
        f"Concentration of beds by council at the level of the {level}: {count(len(found), 'council')}, shaded by the "
        "index (HHI). Hatched: the owners that are not known could put it in another band. "
        "The table after it gives every figure."
    )
    missing = len(found) - sum(one.area.code in found for one in shapes)
    if missing:
        words += f" Not on the map: {count(missing, 'council')} without a boundary that can be read."
    if unread:
        words += f" {count(unread, 'boundary', 'boundaries')} could not be read."
    if not shapes:
        return Picture("", f"There is no map: no boundary of a council in scope is known. {words}")
    return Picture(_draw(shapes, found, words), words)


def band_of(index: Bounds | None) -> int:
    """Which of the bands the index is in: 0, 1 or 2; 3 where its bounds lie in several, or there is none."""
    if index is None:
        return 3
    low, high = (0 if end < 1_500 else 1 if end <= 2_500 else 2 for end in (index.low, index.high))
    return low if low == high else 3


def _shapes(snapshot: Snapshot, found: dict[str, Concentration]) -> tuple[list[_Shape], int]:
    year = snapshot.on.year
    some: list[_Shape] = []
    unread = 0
    for area in sorted(snapshot.areas, key=lambda one: (one.code, one.id)):
        if area.layer != "utla" or area.code not in found:
            continue
        if (area.start is not None and area.start > year) or (area.end is not None and area.end < year):
            continue
        try:
            shape = shapely.make_valid(shapely.from_wkb(area.geometry))
        except (shapely.errors.ShapelyError, TypeError, ValueError):
            unread += 1
            continue
        if not shape.is_empty and area.code not in {one.area.code for one in some}:
            some.append(_Shape(area, shape))
    return some, unread


def _draw(shapes: Sequence[_Shape], found: dict[str, Concentration], words: str) -> str:
    bounds = np.array([one.shape.bounds for one in shapes])
    west, south = (float(edge) for edge in bounds[:, :2].min(axis=0))
    east, north = (float(edge) for edge in bounds[:, 2:].max(axis=0))
    project = Transformer.from_crs(
        "EPSG:4326",
        f"+proj=tmerc +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +datum=WGS84",
        always_xy=True,
    )

    def metres(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(project.transform(points[:, 0], points[:, 1]))

    flat = [shapely.transform(one.shape, metres) for one in shapes]
    edges = np.array([one.bounds for one in flat])
    left, bottom = edges[:, :2].min(axis=0)
    right, top = edges[:, 2:].max(axis=0)
    scale = max((right - left) / (_WIDTH - 16), (top - bottom) / _TALLEST)
    height = (top - bottom) / scale + 16
    aside = (_WIDTH - (right - left) / scale) / 2

    def drawn(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((aside + (points[:, 0] - left) / scale, height - 8 - (points[:, 1] - bottom) / scale))

    body: list[str] = []
    names: list[str] = []
    for one, shape in zip(shapes, flat, strict=True):
        placed = shapely.transform(shape, drawn).simplify(0.4)
        body.append(_area(one.area, found[one.area.code], placed))
        names.extend(_name(one.area, found[one.area.code], placed))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height + _LEGEND:.0f}" role="img" '
        f'aria-labelledby="councils-title councils-words" font-family="Libertinus Serif, Georgia, serif">'
        f'<title id="councils-title">Concentration by council</title><desc id="councils-words">{_text(words)}</desc>'
        f'<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="#f3e6c4"/><path d="M0 0V7" stroke="#7a5c00" '
        f'stroke-width="2.4"/></pattern></defs>'
        f'<rect width="{_WIDTH:.0f}" height="{height + _LEGEND:.0f}" fill="{_SEA}"/>'
        f"{''.join(body)}{''.join(names)}{''.join(_legend(height))}</svg>"
    )


def _area(area: AreaRecord, market: Concentration, shape: BaseGeometry) -> str:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    parts += [
        inner
        for part in shapely.get_parts(shape)
        if part.geom_type == "MultiPolygon"
        for inner in shapely.get_parts(part)
    ]
    path = "".join(_path(part) for part in parts)
    _, shade, pattern = _BANDS[band_of(market.hhi)]
    fill = "url(#hatch)" if pattern else shade
    return (
        f'<path d="{path}" fill="{fill}" stroke="{_EDGE}" stroke-width="0.9" fill-rule="evenodd">'
        f"<title>{_text(f'{clean(area.name)}: {index_words(market.hhi)}')}</title></path>"
    )


def index_words(found: Bounds | None) -> str:
    """The index for a page: "2,340", "1,200 to 3,400", "not known"."""
    if found is None:
        return "not known"
    low, high = number(found.low), number(found.high)
    return low if low == high else f"{low} to {high}"


def _path(polygon: BaseGeometry) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)


def _name(area: AreaRecord, market: Concentration, shape: BaseGeometry) -> Iterator[str]:
    """The council's name and its index, where there is room for them."""
    words = clean(area.name, 30)
    spot = shape.representative_point()
    west, south, east, north = shape.bounds
    if east - west < 8 * len(words) or north - south < 40:
        return
    x = min(max(spot.x, 4.2 * len(words)), _WIDTH - 4.2 * len(words))
    for turn, (line, weight) in enumerate(((words, "normal"), (index_words(market.hhi), "bold"))):
        yield (
            f'<text x="{x:.1f}" y="{spot.y + 16 * turn:.1f}" text-anchor="middle" font-size="14" '
            f'font-weight="{weight}" fill="#14212b" stroke="#fff" stroke-width="3.5" paint-order="stroke">'
            f"{_text(line)}</text>"
        )


def _legend(top: float) -> Iterator[str]:
    yield f'<g font-size="14" fill="#14212b" transform="translate(8 {top + 8:.1f})">'
    yield '<text x="0" y="14" font-weight="bold">Index (HHI) of beds, all care</text>'
    for turn, (words, shade, pattern) in enumerate(_BANDS):
        x = (0, 140, 300, 430)[turn]
        fill = "url(#hatch)" if pattern else shade
        yield f'<rect x="{x}" y="28" width="26" height="18" fill="{fill}" stroke="{_EDGE}"/>'
        yield f'<text x="{x + 32}" y="42">{_text(words)}</text>'
    yield "</g>"


def _text(words: str) -> str:
    return escape(words, {'"': "&quot;", "'": "&#39;"})
