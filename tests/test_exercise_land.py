"""The invented county's land: councils that tile it, an estuary that parts it, homes that stand on it."""

from __future__ import annotations

import json

import pytest
import shapely

from exercise.boundaries import ABOLISHED, topology
from exercise.county import County, build_county

SIZES = ((20, 1), (60, 7), (80, 7), (300, 3))


def polygons(county: County, layer: str) -> dict[str, shapely.Geometry]:
    """Decode one layer, independently of the writer: undo the deltas, turn arcs named by their complement round."""
    document = json.loads(json.dumps(topology(county.stock.land, county.stock.councils)))
    (sx, sy), (tx, ty) = document["transform"]["scale"], document["transform"]["translate"]
    arcs = []
    for deltas in document["arcs"]:
        x = y = 0
        line = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(line)

    def ring(numbers):
        points = []
        for number in numbers:
            line = arcs[number] if number >= 0 else arcs[~number][::-1]
            assert not points or points[-1] == line[0], "arcs of a ring do not meet"
            points += line[1:] if points else line
        assert points[0] == points[-1], "a ring is not closed"
        return points

    found = {}
    for geometry in document["objects"][layer]["geometries"]:
        properties = geometry["properties"]
        match geometry["type"]:
            case "Polygon":
                shape = shapely.Polygon(*[ring(r) for r in geometry["arcs"]])
            case "MultiPolygon":
                shape = shapely.MultiPolygon([shapely.Polygon(ring(p[0])) for p in geometry["arcs"]])
            case "LineString":
                shape = shapely.LineString(arcs[geometry["arcs"][0]])
        found[properties.get("areacd") or properties["name"]] = shape
    return found


@pytest.mark.parametrize(("homes", "seed"), [*SIZES, (3_000, 5)])
def test_every_home_stands_on_land_in_its_own_councils_area(homes, seed):
    county = build_county(homes, seed)
    areas = polygons(county, "utla")
    for code in {r.building.council.code for r in county.registrations()}:
        here = [r.building for r in county.registrations() if r.building.council.code == code]
        inside = shapely.contains_xy(areas[code], [b.longitude for b in here], [b.latitude for b in here])
        assert inside.all(), f"{code}: {(~inside).sum()} of {len(here)} homes lie outside"


@pytest.mark.parametrize(("homes", "seed"), [*SIZES, (3_000, 5)])
def test_councils_tile_the_land_without_gap_or_overlap(homes, seed):
    county = build_county(homes, seed)
    areas = polygons(county, "ltla")
    land = polygons(county, "ctry")["X92000001"]
    whole = areas.pop(ABOLISHED)
    assert all(area.is_valid for area in areas.values()) and land.is_valid and whole.equals(land)
    assert shapely.union_all(list(areas.values())).symmetric_difference(land).area < 1e-9 * land.area
    assert sum(area.area for area in areas.values()) == pytest.approx(land.area, rel=1e-9)


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_the_estuary_is_open_water_from_sea_to_sea_and_only_the_bridge_crosses_it(homes, seed):
    county = build_county(homes, seed)
    land, country = county.stock.land, polygons(county, "uk")["X02000001"]
    north, south = sorted(country.geoms, key=lambda bank: -bank.centroid.y)
    assert north.distance(south) > 0
    for step in range(-10, 111):
        x = land.width * step / 100
        middle = (land.shore("north", x) + land.shore("south", x)) / 2
        assert not country.covers(shapely.Point(land.degrees(x, middle)))
    bridge = polygons(county, "crossings")["Velm Bridge"]
    first, last = (shapely.Point(point) for point in (bridge.coords[0], bridge.coords[-1]))
    assert north.contains(first) and south.contains(last)
    assert bridge.difference(country).length > 0
    # Far inland: four fifths of the county lies between the bridge and the mouth.
    assert land.across_inland("north", land.width * 0.2, land.shore("north", land.width * 0.2))[0] < 0.3
