"""Boundaries of the United Kingdom from ONS, in one TopoJSON file: areas as lists of shared arcs.

Shared arcs are what makes the file small and neighbours fit: a border is stored once, as whole-number steps from a
first point (TopoJSON specification, 2.1.3 to 2.1.5). Areas that have ended are kept with their last year.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from pathlib import Path

import shapely  # type: ignore[import-untyped]  # ships no types
from scrapy import Request
from scrapy.http import Response
from shapely.geometry.base import BaseGeometry  # type: ignore[import-untyped]

from crawler.reading import Item, Reading, Row, canonical, json_object, read_row
from crawler.spider import RegisterSpider
from crawler.tables import SourceChanged, plain_file
from crawler.values import text
from register.records import AreaRecord, Delivery

FEED = "ons_boundaries/areas"
#: The layers that are read, and those that are known and are not: combined authorities and ceremonial counties.
LAYERS = ("uk", "ctry", "rgn", "utla", "ltla")
LEFT_OUT = frozenset({"cauth", "cty", "mcty"})
#: An object that ONS's file does not have: bridges and tunnels as lines, for a map that brings its own.
CROSSINGS, CROSSING_LAYER = "crossings", "crossing"
MOST_BYTES = 256 * 1024**2

Point = tuple[float, float]


class OnsBoundaries(RegisterSpider):
    """One file at one address."""

    name = "ons_boundaries"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the file."""
        yield self.get_file(self.run.page, self.parse_file)

    def parse_file(self, response: Response) -> Iterator[Item]:
        """Read the file."""
        yield from parse_published(self.save(response), today=self.run.today, as_at=self.run.as_at)


def parse_published(path: Path, *, today: date, as_at: date | None = None) -> Iterator[Item]:
    """Every area of the layers that are read. Raises SourceChanged where it is no such TopoJSON, or lacks a layer."""
    with plain_file(path) as plain:
        if plain.stat().st_size > MOST_BYTES:
            raise SourceChanged(f"is larger than {MOST_BYTES:,} bytes")
        topology = json_object(plain.read_bytes(), "the file")
    if topology.get("type") != "Topology":
        raise SourceChanged('is not TopoJSON (its "type" is not "Topology")')
    reading = Reading(FEED, path.name, as_at or today)
    objects = topology.get("objects")
    if not isinstance(objects, dict) or (absent := [layer for layer in LAYERS if layer not in objects]):
        raise SourceChanged(f"lacks the layer {', '.join(LAYERS if not isinstance(objects, dict) else absent)}")
    arcs = _arcs(topology)
    yield Delivery(feed=FEED, as_at=reading.as_at, complete=True, origin=path.name)
    for layer in sorted(objects.keys() - set(LAYERS) - LEFT_OUT - {CROSSINGS}):
        reading.once("is a layer never seen before; it is not read", field=str(layer))
    number = 0
    for layer in (*LAYERS, *(name for name in (CROSSINGS,) if name in objects)):
        geometries = objects[layer].get("geometries") if isinstance(objects[layer], dict) else None
        if not isinstance(geometries, list):
            raise SourceChanged(f'layer "{layer}" has no list of geometries')
        for geometry in geometries:
            number += 1
            entry = geometry if isinstance(geometry, dict) else {}
            row = Row(entry, reading, number=number, raw=canonical(geometry))
            yield from read_row(row, AreaReader(layer, arcs))


def _arcs(topology: dict[str, object]) -> list[list[Point]]:
    """The file's arcs as points in degrees. Raises SourceChanged where they are not lists of pairs of numbers."""
    try:
        transform = topology.get("transform")
        (across, up), (west, south) = (1.0, 1.0), (0.0, 0.0)
        if isinstance(transform, dict):
            (across, up), (west, south) = transform["scale"], transform["translate"]
        found: list[list[Point]] = []
        for arc in topology["arcs"]:  # type: ignore[attr-defined]
            points: list[Point] = []
            x = y = 0
            for step in arc:
                x, y = (x + step[0], y + step[1]) if transform else (step[0], step[1])
                points.append((west + x * across, south + y * up))
            found.append(points)
    except (KeyError, IndexError, TypeError, ValueError) as problem:
        raise SourceChanged(f"its arcs are not as TopoJSON lays them out ({problem})") from problem
    return found


class AreaReader:
    """One geometry of one layer. A crossing is a line with a name, which stands for its code."""

    def __init__(self, layer: str, arcs: list[list[Point]]) -> None:
        self._layer, self._arcs = layer, arcs

    def __call__(self, row: Row) -> Iterator[Item]:
        """The area. Raises UnreadableField without a code, a name or a shape."""
        properties = row.take_object("properties")
        crossing = self._layer == CROSSINGS
        layer = CROSSING_LAYER if crossing else self._layer
        name = properties.take("name" if crossing else "areanm", text)
        code = name if crossing else properties.take("areacd", text)
        row.record_id = f"ons:{layer}:{code}"
        kind = row.take("type", text)
        shape = row.take("arcs", lambda arcs: self._shape(kind, arcs))
        record = AreaRecord(
            id=row.record_id,
            layer=layer,
            code=code,
            name=name,
            geometry=shapely.to_wkb(shape, hex=True, byte_order=1),
            start=properties.take_optional("start", _year),
            end=properties.take_optional("end", _year),
        )
        properties.nothing_left(except_for=())
        yield from row.reading.observe(record, row.raw, row.number)

    def _shape(self, kind: str, arcs: object) -> BaseGeometry:
        try:
            if kind == "LineString" and self._layer == CROSSINGS:
                return shapely.LineString(self._ring(arcs))  # type: ignore[arg-type]
            if kind == "Polygon":
                shape: BaseGeometry = self._polygon(arcs)  # type: ignore[arg-type]
            elif kind == "MultiPolygon":
                shape = shapely.MultiPolygon([self._polygon(rings) for rings in arcs])  # type: ignore[attr-defined]
            else:
                raise ValueError(f"a {kind} is not an area")
        except (TypeError, IndexError, KeyError, shapely.errors.ShapelyError) as problem:
            raise ValueError(f"is not a shape made of the file's arcs ({problem})") from problem
        return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)

    def _polygon(self, rings: Sequence[Sequence[int]]) -> shapely.Polygon:
        shell, *holes = (self._ring(ring) for ring in rings)
        return shapely.Polygon(shell, holes)

    def _ring(self, ring: Sequence[int]) -> list[Point]:
        """Arcs end to end; ``~n`` is arc n backwards, and each begins where the last one ended."""
        points: list[Point] = []
        for number in ring:
            arc = self._arcs[number] if number >= 0 else self._arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points


def _year(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
        raise ValueError("is not a year")
    return value
