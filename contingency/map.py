"""A map of the plan as SVG: council outlines, homes that close, homes that would take people, lines between them.

Shape as well as colour tells the kinds apart (Okabe and Ito's palette, safe for colour-blind readers), and every
figure on it stands in the tables beside it: a map must never be the only way to read something.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import shapely  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry  # type: ignore[import-untyped]  # ships no types

from contingency.findings import FAR_KM, Findings
from contingency.plan_document import PlanFault
from contingency.report_context import ReportArea
from printing.wording import clean, count, km, number, people

#: The United Kingdom with some sea (degrees): one home placed in the Gulf of Guinea must not shrink the rest to a dot.
_SOUTH, _NORTH, _WEST, _EAST = 49.0, 62.0, -11.0, 6.0

_WIDTH = 720.0
_LEGEND = 92.0
#: Where the legend's second column begins.
_SECOND = 380.0
#: Width divided by height that a map may have: a county or all of the United Kingdom must fit a page.
_FLATTEST, _TALLEST = 1.6, 0.8
#: With more homes than this, numbers on the map would hide it.
_NUMBERED = 40

_CLOSING, _LEFT_OUT, _TAKING, _LINE = "#d55e00", "#000000", "#0072b2", "#4d4d4d"
_SEA, _LAND, _TOUCHED, _EDGE = "#e8f0f5", "#f7f5ef", "#ece5d3", "#8b8778"


@dataclass(frozen=True, slots=True)
class _Frame:
    """The window of the map: projected metres at its lower left, metres to a unit of drawing, size in units."""

    left: float
    bottom: float
    scale: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Projected metres to units of drawing, downwards."""
        return (x - self.left) / self.scale, self.height - (y - self.bottom) / self.scale


def map_words(findings: Findings) -> str:
    """What the map shows, in words, for those who do not see it; counts the homes that could not be drawn."""
    closing = [home.affected.home for home in findings.homes]
    missing = sum(_position(findings, home) is None for home in (*closing, *(row.home for row in findings.receivers)))
    left = sum(1 for home in findings.homes if home.left)
    words = (
        "Each line joins a home that closes to a home that would take its people. "
        f"It shows {count(len(closing), 'home')} that would close, {number(left)} of them with people "
        "for whom no place was found, and "
        f"{count(len(findings.receivers), 'home')} that would take {people(findings.spread.people)}. "
        "A table of the same figures follows."
    )
    return words + (f" Not on the map: {count(missing, 'home')} whose position is not known." if missing else "")


def draw_map(findings: Findings) -> str:
    """The map as one SVG element. Without any known position it says so instead of drawing.

    Raises PlanFault, naming the area, where a boundary cannot be read.
    """
    homes = sorted({*(home.affected.home for home in findings.homes), *(row.home for row in findings.receivers)})
    known = {home: place for home in homes if (place := _position(findings, home)) is not None}
    if not known:
        return ""
    middle = [sum(place[axis] for place in known.values()) / len(known) for axis in (0, 1)]
    project = Transformer.from_crs(
        "EPSG:4326", f"+proj=tmerc +lat_0={middle[0]:.4f} +lon_0={middle[1]:.4f} +datum=WGS84", always_xy=True
    )
    easting, northing = project.transform(
        [place[1] for place in known.values()], [place[0] for place in known.values()]
    )
    frame = _frame(easting, northing)
    at = {home: frame.at(x, y) for home, x, y in zip(known, easting, northing, strict=True)}
    outlines, named = _areas(findings, frame, project)
    body = [
        f'<rect width="{frame.width:.0f}" height="{frame.height:.0f}" fill="{_SEA}"/>',
        *outlines,
        *_lines(findings, at),
        *_names(named, frame),
        *_takers(findings, at),
        *_closers(findings, at),
        *_legend(findings, frame),
    ]
    height = frame.height + _LEGEND
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width:.0f} {height:.0f}" role="img" '
        f'aria-labelledby="map-title map-words" font-family="Libertinus Serif, Georgia, serif">'
        f'<title id="map-title">Map of the plan</title><desc id="map-words">{_text(map_words(findings))}</desc>'
        f'<defs><clipPath id="window"><rect width="{frame.width:.0f}" height="{frame.height:.0f}"/></clipPath></defs>'
        f"{''.join(body)}</svg>"
    )


def _text(words: str) -> str:
    return escape(words, {'"': "&quot;", "'": "&#39;"})


def _position(findings: Findings, home: str) -> tuple[float, float] | None:
    known = findings.home(home)
    if known.latitude is None or known.longitude is None:
        return None
    here = _SOUTH < known.latitude < _NORTH and _WEST < known.longitude < _EAST
    return (known.latitude, known.longitude) if here else None


def _frame(easting: list[float], northing: list[float]) -> _Frame:
    spans = [max(max(axis) - min(axis), 8_000.0) * 1.14 for axis in (easting, northing)]
    across, up = max(spans[0], spans[1] * _TALLEST), spans[1]
    up = max(up, across / _FLATTEST)
    scale = across / _WIDTH
    return _Frame(
        left=(max(easting) + min(easting) - across) / 2,
        bottom=(max(northing) + min(northing) - up) / 2,
        scale=scale,
        width=_WIDTH,
        height=up / scale,
    )


def _shape(area: ReportArea) -> BaseGeometry:
    if isinstance(area.geometry, BaseGeometry):
        return area.geometry
    try:
        return shapely.from_wkb(area.geometry)
    except (shapely.errors.ShapelyError, TypeError, ValueError) as fault:
        raise PlanFault(f"boundary of {clean(area.code)}: not WKB in hexadecimal ({clean(fault)})") from fault


def _areas(
    findings: Findings, frame: _Frame, project: Transformer
) -> tuple[list[str], list[tuple[ReportArea, BaseGeometry]]]:
    """Outlines inside the window, councils where homes close a shade darker; and the areas seen, to be named."""

    def drawn(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = project.transform(points[:, 0], points[:, 1])
        return np.column_stack(((x - frame.left) / frame.scale, frame.height - (y - frame.bottom) / frame.scale))

    closing = set(findings.councils.values())
    outlines, names = [], []
    for area in sorted(findings.context.areas, key=lambda area: area.code):
        shape = shapely.make_valid(_shape(area))
        if shape.is_empty or not _near(shape, findings):
            continue
        seen = shapely.clip_by_rect(shapely.transform(shape, drawn), -4, -4, frame.width + 4, frame.height + 4)
        seen = seen.simplify(0.4)
        path = "".join(_path(part) for part in shapely.get_parts(seen) if part.geom_type == "Polygon")
        if path:
            fill = _TOUCHED if area.code in closing else _LAND
            outlines.append(
                f'<path d="{path}" fill="{fill}" stroke="{_EDGE}" stroke-width="0.8" fill-rule="evenodd" '
                f'clip-path="url(#window)"/>'
            )
            names.append((area, seen))
    return outlines, names


def _near(shape: BaseGeometry, findings: Findings) -> bool:
    """Whether an area is within some degrees of a home: a projection about a county is not for the far side."""
    west, south, east, north = shape.bounds
    homes = findings.context.homes.values()
    return any(
        home.latitude is not None
        and home.longitude is not None
        and west - 3 < home.longitude < east + 3
        and south - 2 < home.latitude < north + 2
        for home in homes
    )


def _path(polygon: BaseGeometry) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)


def _names(areas: list[tuple[ReportArea, BaseGeometry]], frame: _Frame) -> Iterator[str]:
    """The largest areas' names, none over another; none on a national map, where they would hide the homes."""
    if frame.scale > 900:
        return
    taken: list[tuple[float, float, float, float]] = []
    for area, shape in sorted(areas, key=lambda pair: (-pair[1].area, pair[0].code))[:30]:
        words = clean(area.name)
        spot = shape.representative_point()
        half = len(words) * 3.8
        box = (spot.x - half, spot.y - 9, spot.x + half, spot.y + 4)
        inside = box[0] > 2 and box[2] < frame.width - 2 and box[1] > 2 and box[3] < frame.height - 2
        clear = all(box[2] < o[0] or o[2] < box[0] or box[3] < o[1] or o[3] < box[1] for o in taken)
        if inside and clear and shape.area > 1_500:
            taken.append(box)
            yield (
                f'<text x="{spot.x:.1f}" y="{spot.y:.1f}" text-anchor="middle" font-size="15" font-style="italic" '
                f'fill="#3d3a30" stroke="#fff" stroke-opacity="0.7" stroke-width="3" paint-order="stroke">'
                f"{_text(words)}</text>"
            )


def _lines(findings: Findings, at: dict[str, tuple[float, float]]) -> Iterator[str]:
    """One path for each thickness: thousands of lines stay one small drawing."""
    together: defaultdict[tuple[str, str], int] = defaultdict(int)
    far: set[tuple[str, str]] = set()
    for move in findings.plan.moves:
        if move.origin in at and move.to in at:
            together[move.origin, move.to] += move.people
            if move.km > FAR_KM:
                far.add((move.origin, move.to))
    paths: defaultdict[tuple[float, bool], list[str]] = defaultdict(list)
    for (origin, to), moved in sorted(together.items()):
        (x1, y1), (x2, y2) = at[origin], at[to]
        thickness = 0.7 if moved < 3 else 1.3 if moved < 10 else 2.2
        paths[thickness, (origin, to) in far].append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
    faint = 0.7 if len(together) < 400 else 0.35
    for (thickness, is_far), drawn in sorted(paths.items()):
        dashes = ' stroke-dasharray="5 3"' if is_far else ""
        yield (
            f'<path d="{"".join(drawn)}" fill="none" stroke="{_LINE}" stroke-width="{thickness}" '
            f'stroke-opacity="{faint}"{dashes}/>'
        )


def _radius(moved: int, crowd: int) -> float:
    """Area grows with people; a crowded map gets smaller circles."""
    return min((1.5 if crowd < 300 else 0.9) * math.sqrt(moved) + 1.2, 22.0)


def _takers(findings: Findings, at: dict[str, tuple[float, float]]) -> Iterator[str]:
    crowd = len(at)
    for row in findings.receivers:
        if row.home in at:
            x, y = at[row.home]
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_radius(row.people, crowd):.1f}" fill="{_TAKING}" '
                f'fill-opacity="0.75" stroke="#fff" stroke-width="0.8"><title>'
                f"{_text(f'{findings.name(row.home)}: would take {people(row.people)}')}</title></circle>"
            )


def _closers(findings: Findings, at: dict[str, tuple[float, float]]) -> Iterator[str]:
    size = 5.0 if len(at) < 300 else 3.0
    numbered = len(findings.homes) <= _NUMBERED
    for home in reversed(findings.homes):
        if home.affected.home not in at:
            continue
        x, y = at[home.affected.home]
        words = (
            f"{home.number}. {findings.name(home.affected.home)}: {people(home.spread.people)} placed, {home.left} not"
        )
        yield f"<g><title>{_text(words)}</title>{_closer(x, y, size, left=bool(home.left))}"
        if numbered:
            yield (
                f'<text x="{x + size + 2:.1f}" y="{y - size + 1:.1f}" font-size="15" font-weight="bold" fill="#000" '
                f'stroke="#fff" stroke-width="2.5" paint-order="stroke">{home.number}</text>'
            )
        yield "</g>"


def _closer(x: float, y: float, size: float, *, left: bool) -> str:
    """A square where everyone is placed, a larger black triangle where somebody is not."""
    if not left:
        return (
            f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}" '
            f'fill="{_CLOSING}" stroke="#fff" stroke-width="{size / 5:.1f}"/>'
        )
    wide = size * 1.5
    return (
        f'<path d="M{x:.1f} {y - wide:.1f}L{x + wide:.1f} {y + wide:.1f}L{x - wide:.1f} {y + wide:.1f}Z" '
        f'fill="{_LEFT_OUT}" stroke="#fff" stroke-width="1.2"/>'
    )


def _legend(findings: Findings, frame: _Frame) -> Iterator[str]:
    top = frame.height
    yield f'<rect y="{top:.1f}" width="{frame.width:.0f}" height="{_LEGEND:.0f}" fill="#fff"/>'
    yield f'<g font-size="15" fill="#111" transform="translate(8 {top:.1f})">'
    yield _closer(10, 20, 6.0, left=False) + '<text x="26" y="25">Home that closes, everyone placed</text>'
    yield _closer(10, 47, 6.0, left=True) + '<text x="26" y="52">Home that closes, some without a place</text>'
    yield f'<path d="M2 75H20" stroke="{_LINE}" stroke-width="1.3"/><text x="26" y="80">Move</text>'
    yield f'<path d="M74 75H98" stroke="{_LINE}" stroke-width="1.3" stroke-dasharray="5 3"/>'
    yield '<text x="104" y="80">over 10 miles (16.1 km)</text>'
    yield f'<text x="{_SECOND}" y="25">Home that would take</text>'
    x, crowd = _SECOND, len(findings.homes) + len(findings.receivers)
    for size in _sizes(row.people for row in findings.receivers):
        radius, label = _radius(size, crowd), people(size)
        yield f'<circle cx="{x + radius:.1f}" cy="47" r="{radius:.1f}" fill="{_TAKING}" fill-opacity="0.75"/>'
        yield f'<text x="{x + 2 * radius + 4:.1f}" y="52">{label}</text>'
        x += 2 * radius + 18 + 7.5 * len(label)
    yield from _scale_bar(frame)
    yield "</g>"


def _sizes(counts: Iterable[int]) -> list[int]:
    most = max(counts, default=0)
    middle = [size for size in (5, 20) if 2 * size <= most][-1:]
    return sorted({1, *middle, most}) if most else []


def _scale_bar(frame: _Frame) -> Iterator[str]:
    """A round number of kilometres about a seventh of the map wide."""
    wanted = frame.scale * frame.width / 7_000
    power = 10 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    units = length * 1_000 / frame.scale
    yield f'<path d="M{_SECOND:.0f} 72v4h{units:.1f}v-4" fill="none" stroke="#111" stroke-width="1.2"/>'
    label = f"{number(length)} km" if length >= 1 else km(length)
    yield f'<text x="{_SECOND + 8 + units:.1f}" y="80">{label} on the map; north is up</text>'
