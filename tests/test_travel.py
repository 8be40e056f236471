"""Travel engines: what a kilometre is, by the straight line and over land."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import geopy.distance
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from contingency.problem import UNREACHABLE
from contingency.travel import ENGINES, Crow, Engine, LandGrid
from contingency.travel.crossings import crossing_table
from contingency.travel.grid import build
from contingency.travel.land import Land, land_of, to_grid
from crawler.spiders.ons_boundaries import parse_published
from register.records import AreaRecord, Observation

#: Longitude and latitude of the British Isles and the North Sea.
ISLES = st.tuples(st.floats(-9, 6), st.floats(49, 62))

#: An invented county: two banks of an estuary 4 km wide, open to the sea in the east, joined by nothing in the west.
SOUTH, NORTH, STRAIT = (2.8, 55.0, 3.2, 55.1), (2.8, 55.14, 3.2, 55.24), (3.0, 55.1, 3.0, 55.14)


def area(code: str, geometry: shapely.Geometry, layer: str = "uk", **years: int) -> AreaRecord:
    return AreaRecord(
        id=f"ons:{layer}:{code}",
        layer=layer,
        code=code,
        name=code,
        geometry=shapely.to_wkb(geometry, hex=True),
        **years,
    )


BANKS = area("X02000001", shapely.MultiPolygon([shapely.box(*SOUTH), shapely.box(*NORTH)]))
BRIDGE = area("X1", shapely.LineString([STRAIT[:2], STRAIT[2:]]), layer="crossing")
SOUTH_HOME, NORTH_HOME, EASTERN_HOME = (3.15, 55.08), (3.15, 55.16), (3.05, 55.03)


@pytest.fixture(scope="module")
def county() -> LandGrid:
    return LandGrid.of([BANKS, BRIDGE])


@pytest.fixture(scope="module")
def fallback() -> LandGrid:
    return LandGrid.of()


@pytest.fixture(scope="session")
def kingdom_areas(shared_data: Path) -> list[AreaRecord]:
    file = shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json"
    found = parse_published(file, today=date(2026, 11, 21))
    records = [item.record for item in found if isinstance(item, Observation)]
    return [record for record in records if isinstance(record, AreaRecord) and record.layer == "uk"]


@pytest.fixture(scope="session")
def kingdom(kingdom_areas: list[AreaRecord]) -> LandGrid:
    return LandGrid.of(kingdom_areas)


def every_pair(engine: Engine, points: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Exact costs and floors between all the points, as square arrays."""
    costs = engine.costs(np.array(points), np.array(points))
    row, column = (index.ravel() for index in np.indices((len(points), len(points))))
    floor = costs.floor(np.arange(len(points)), np.arange(len(points)))
    return costs.exact(row, column).reshape(floor.shape), floor


@pytest.mark.parametrize("name", ENGINES)
@given(points=st.lists(st.tuples(st.floats(2.81, 3.19), st.floats(55.01, 55.23)), min_size=1, max_size=8))
def test_an_engine_is_zero_on_the_diagonal_the_same_both_ways_and_never_below_its_floor(
    name: str, points: list[tuple[float, float]], county: LandGrid
) -> None:
    engine = county if name == "land-grid" else ENGINES[name]([], None, None)
    exact, floor = every_pair(engine, points)
    assert (np.diag(exact) == 0).all()
    assert (exact == exact.T).all()
    assert (floor <= exact).all()


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_says_its_name_its_unit_and_its_method(name: str) -> None:
    engine = ENGINES[name]([BANKS, BRIDGE], None, None)
    assert (engine.name, engine.unit) == (name, "km")
    assert engine.method.endswith(".")


@given(a=ISLES, b=ISLES)
def test_the_straight_line_is_the_geodesic_and_its_floor_is_never_above_it(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    exact, floor = every_pair(Crow(), [a, b])
    metres = geopy.distance.geodesic(a[::-1], b[::-1]).m
    assert abs(exact[0, 1] - 10 * metres) <= 0.501
    assert floor[0, 1] <= exact[0, 1] <= floor[0, 1] * 1.003 + 2
    assert Crow().km(a, b) == pytest.approx(exact[0, 1] / 10_000, abs=0.00011)


@pytest.mark.parametrize("place", [(float("nan"), 52.0), (0.0, 91.0), (float("inf"), 50.0)])
def test_an_unknown_position_has_no_distance(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"point 1 is not a longitude and a latitude"):
        Crow().costs(np.array([(0.0, 52.0), place]), np.array([(0.0, 52.0)]))


def test_nothing_to_measure_gives_nothing(county: LandGrid) -> None:
    none, nobody = np.zeros((0, 2)), np.zeros(0, dtype=np.int64)
    for engine in (Crow(), county):
        costs = engine.costs(none, none)
        assert costs.floor(nobody, nobody).shape == (0, 0)
        assert costs.exact(nobody, nobody).shape == (0,)


def test_across_the_estuary_is_the_way_over_the_bridge(county: LandGrid) -> None:
    straight = Crow().km(SOUTH_HOME, NORTH_HOME)
    over_the_bridge = sum(
        Crow().km(a, b) for a, b in ((SOUTH_HOME, STRAIT[:2]), (STRAIT[:2], STRAIT[2:]), (STRAIT[2:], NORTH_HOME))
    )
    path = county.km(SOUTH_HOME, NORTH_HOME)
    assert path is not None
    assert straight < 9
    assert over_the_bridge - 0.01 <= path <= over_the_bridge * 1.1 + 1.5


def test_where_no_water_lies_between_the_land_path_is_the_straight_line(county: LandGrid) -> None:
    assert county.km(SOUTH_HOME, EASTERN_HOME) == Crow().km(SOUTH_HOME, EASTERN_HOME)


@given(
    a=st.tuples(st.floats(2.81, 3.19), st.floats(55.01, 55.23)),
    b=st.tuples(st.floats(2.81, 3.19), st.floats(55.01, 55.23)),
)
def test_no_land_path_is_shorter_than_the_straight_line(
    a: tuple[float, float], b: tuple[float, float], county: LandGrid
) -> None:
    path = county.km(a, b)
    assert path is not None
    assert path >= Crow().km(a, b) - 0.0001


def test_without_a_bridge_the_other_bank_cannot_be_reached_and_the_floor_knows_it_beforehand() -> None:
    engine = LandGrid.of([BANKS])
    assert engine.km(SOUTH_HOME, NORTH_HOME) is None
    costs = engine.costs(np.array([SOUTH_HOME, (3.4, 55.05)]), np.array([NORTH_HOME, EASTERN_HOME]))
    both = np.arange(2)
    assert np.isfinite(costs.floor(both, both)).tolist() == [[False, True], [False, False]]
    assert costs.exact(both, both).tolist() == [UNREACHABLE, UNREACHABLE]


def test_a_pair_once_measured_has_its_cost_as_floor(county: LandGrid) -> None:
    costs = county.costs(np.array([SOUTH_HOME, EASTERN_HOME]), np.array([NORTH_HOME, SOUTH_HOME]))
    both = np.arange(2)
    before = costs.floor(both, both)
    exact = costs.exact(both[:1], both[:1])[0]
    after = costs.floor(both, both)
    assert before[0, 0] < exact == after[0, 0]
    assert (after.ravel()[1:] == before.ravel()[1:]).all()
    assert costs.exact(both[:1], both[:1])[0] == exact


def test_a_home_further_than_five_kilometres_from_land_is_off_the_map(county: LandGrid) -> None:
    at_sea, just_off = (3.4, 55.05), (3.22, 55.05)
    assert county.km(at_sea, SOUTH_HOME) is None
    assert county.km(just_off, SOUTH_HOME) is not None
    metres = county.snapped_metres(np.array([at_sea, just_off]))
    assert metres[0] == np.inf
    assert 1_000 < metres[1] < 2_500
    assert [(m.island, m.points) for m in county.components(np.array([at_sea, just_off]))] == [(None, 1), (None, 1)]


def test_a_neck_of_land_a_hundred_metres_wide_joins_what_the_grid_parts() -> None:
    neck = shapely.box(3.019, 55.1, 3.0206, 55.14)
    engine = LandGrid.of([area("X1", shapely.union_all([shapely.box(*SOUTH), shapely.box(*NORTH), neck]))])
    path = engine.km(SOUTH_HOME, NORTH_HOME)
    assert path is not None
    assert 21 < path < 26  # 21.6 km by ruler: what the cells at both ends of a long neck cost is seen here


def test_an_islet_smaller_than_a_cell_is_land_of_its_own() -> None:
    islet = shapely.box(3.3, 55.05, 3.303, 55.0515)
    engine = LandGrid.of([area("X1", shapely.MultiPolygon([shapely.box(*SOUTH), islet]))])
    assert engine.km((3.301, 55.051), SOUTH_HOME) is None
    assert engine.km((3.301, 55.051), (3.302, 55.0505)) is not None


def test_the_coast_of_the_year_that_is_asked_for_is_used() -> None:
    before = area("X1", shapely.box(2.8, 55.0, 3.2, 55.24), end=2018)
    after = area("X2", shapely.MultiPolygon([shapely.box(*SOUTH), shapely.box(*NORTH)]), start=2019)
    assert LandGrid.of([before, after], year=2018).km(SOUTH_HOME, NORTH_HOME) == Crow().km(SOUTH_HOME, NORTH_HOME)
    assert LandGrid.of([before, after], year=2020).km(SOUTH_HOME, NORTH_HOME) is None
    assert LandGrid.of([before, after]).km(SOUTH_HOME, NORTH_HOME) is None


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ([AreaRecord(id="ons:uk:X9", layer="uk", code="X9", name="Torn", geometry="0103")], r"ons:uk:X9 \(Torn\)"),
        ([AreaRecord(id="ons:uk:X9", layer="uk", code="X9", name="Torn", geometry="no hex")], r"ons:uk:X9 \(Torn\)"),
        ([area("X9", shapely.Point(1, 52))], "hold no land"),
        ([area("X9", shapely.box(-60, 20, 60, 80))], "beyond the British Isles|not on the map"),
        ([BANKS, area("X9", shapely.Point(3, 55), layer="crossing")], "a line between two ends"),
    ],
)
def test_a_boundary_that_cannot_be_used_is_named(areas: list[AreaRecord], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LandGrid.of(areas)


def test_a_crossing_that_reaches_no_land_of_the_map_is_named_and_not_used() -> None:
    afar = area("Pier", shapely.LineString([(3.0, 55.05), (4.0, 55.05)]), layer="crossing")
    engine = LandGrid.of([BANKS, afar])
    assert engine.grid.left_out == ("Pier",)
    assert engine.km(SOUTH_HOME, NORTH_HOME) is None


@pytest.mark.parametrize(
    "damage", [lambda b: b[:40], lambda b: b[:-1], lambda b: b[:50] + b"\x00" + b[51:], lambda b: b""]
)
def test_a_damaged_cache_file_is_worked_out_again(damage, county: LandGrid, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = LandGrid.of([BANKS, BRIDGE], cache=folder)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    second = LandGrid.of([BANKS, BRIDGE], cache=folder)
    assert file.read_bytes() == whole
    for engine in (first, second, LandGrid.of([BANKS, BRIDGE], cache=folder)):
        assert (engine.grid.matrix != county.grid.matrix).nnz == 0


def test_a_cache_folder_that_cannot_be_written_costs_no_plan(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert LandGrid.of([BANKS, BRIDGE], cache=tmp_path / "file").km(SOUTH_HOME, NORTH_HOME) is not None


def test_a_search_that_had_to_grow_finds_what_an_unlimited_one_finds(fallback: LandGrid) -> None:
    penzance, wick = (-5.53, 50.12), (-3.1, 58.44)
    cells, ways = fallback.grid.snap(np.array([penzance, wick]))
    unlimited = csgraph.dijkstra(fallback.grid.matrix, directed=False, indices=cells[:1])[0, cells[1]]
    assert fallback.km(penzance, wick) == pytest.approx((unlimited + ways.sum()) / 10_000)


# Longitude and latitude of town centres; kilometres of the land path, and how far it may differ.
PAIRS = {
    "Hull to Barton, over the Humber Bridge": ((-0.336, 53.744), (-0.443, 53.689), 13.7),
    "Weston to Cardiff, over the Avonmouth and Prince of Wales bridges": ((-2.977, 51.346), (-3.179, 51.482), 75.3),
    "Southend to Sheerness, by Dartford": ((0.711, 51.538), (0.762, 51.441), 83.0),
    "Fleetwood to Barrow, round Morecambe Bay": ((-3.015, 53.923), (-3.226, 54.111), 98.7),
    "Liverpool to Birkenhead, by the tunnel": ((-2.983, 53.405), (-3.018, 53.389), 3.6),
    "Gravesend to Tilbury, by Dartford": ((0.369, 51.442), (0.358, 51.463), 19.0),
    "Exmouth to Starcross, round the Exe": ((-3.414, 50.620), (-3.448, 50.628), 20.6),
    "Grimsby to Withernsea, over the Humber Bridge": ((-0.076, 53.567), (0.033, 53.729), 70.0),
    "Harwich to Felixstowe, over the Orwell Bridge": ((1.285, 51.945), (1.351, 51.964), 45.0),
    "Leeds to York": ((-1.549, 53.801), (-1.082, 53.958), 36.7),
    "Cromer to Norwich": ((1.302, 52.931), (1.297, 52.630), 34.1),
}
PORTSMOUTH, RYDE = (-1.091, 50.805), (-1.162, 50.729)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_land_path_between_real_towns_on_the_ons_coast(pair: str, kingdom: LandGrid) -> None:
    a, b, km = PAIRS[pair]
    assert kingdom.km(a, b) == pytest.approx(km, rel=0.10)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_fallback_mask_is_within_a_sixth_of_the_ons_coast(pair: str, fallback: LandGrid) -> None:
    a, b, km = PAIRS[pair]
    assert fallback.km(a, b) == pytest.approx(km, rel=1 / 6)


def test_portsmouth_to_ryde_is_a_ferry_and_no_path(kingdom: LandGrid) -> None:
    assert kingdom.km(PORTSMOUTH, RYDE) is None


def test_the_fallback_mask_leaves_wight_an_island_and_names_itself(fallback: LandGrid) -> None:
    assert fallback.km(PORTSMOUTH, RYDE) is None
    assert "global-land-mask" in fallback.method


def test_only_true_islands_are_cut_off(kingdom: LandGrid, shared_data: Path) -> None:
    with (shared_data / "geo" / "onspd-2025-11-sectors.csv").open(newline="") as file:
        sectors = np.array([(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)])
    landmasses = kingdom.components(sectors)
    assert sum(landmass.points for landmass in landmasses) == len(sectors)
    assert [m for m in landmasses if m.island is None] == []
    assert landmasses[0].island == "Great Britain"
    islands = {m.island: m.points for m in landmasses[1:]}
    assert islands["Isle of Wight"] == 30
    assert not {"Skye", "Anglesey", "Hayling Island", "Canvey Island", "Portsea"} & islands.keys()
    assert kingdom.snapped_metres(sectors).max() < 2_500


def test_skye_and_anglesey_and_lindisfarne_are_reached_and_the_uists_from_each_other(kingdom: LandGrid) -> None:
    assert kingdom.km((-5.72, 57.28), (-5.74, 57.272)) == pytest.approx(2.5, abs=1.5)
    assert kingdom.km((-4.13, 53.226), (-4.16, 53.225)) is not None
    assert kingdom.km((-1.80, 55.67), (-1.86, 55.60)) is not None
    assert kingdom.km((-7.36, 57.60), (-7.30, 57.08)) is not None
    assert kingdom.km((-6.2, 55.29), (-6.25, 55.2)) is None  # Rathlin, by ferry


def test_every_listed_crossing_shortens_the_way_on_the_ons_coast(
    kingdom_areas: list[AreaRecord], kingdom: LandGrid
) -> None:
    table = crossing_table()
    assert kingdom.grid.left_out == ()
    bare = build(Land(land_of(kingdom_areas, table).polygon, (), "no crossings"))
    ends = np.array([(crossing.a, crossing.b) for crossing in table.crossings])
    ashore = [bare.coast.ashore(to_grid(ends[:, k])) for k in (0, 1)]
    for k in (0, 1):
        off = np.hypot(*(ashore[k] - to_grid(ends[:, k])).T)
        assert {c.name: round(o) for c, o in zip(table.crossings, off, strict=True) if o > 400} == {}
    cells = [bare.snap(ends[:, k])[0] for k in (0, 1)]
    without = csgraph.dijkstra(bare.matrix, directed=False, indices=cells[0], limit=5e5)
    gained = without[np.arange(len(ends)), cells[1]] / 10 / np.hypot(*(ashore[1] - ashore[0]).T)
    assert {c.name: round(g, 1) for c, g in zip(table.crossings, gained, strict=True) if g < 2} == {}


def test_no_two_listed_islands_are_joined(kingdom: LandGrid) -> None:
    names = [island.name for island in kingdom.islands]
    cells, _ = kingdom.grid.snap(np.array([island.at for island in kingdom.islands]))
    assert len(set(names)) == len(names)
    assert len(set(kingdom.grid.component[cells].tolist())) == len(names)


def test_the_crossings_say_that_they_are_yet_to_be_checked_and_where_they_are_from() -> None:
    table = crossing_table()
    assert "compilation" in table.source
    assert {c.status for c in table.crossings} == {"to be checked"}
    marks = {c.name: c.marks for c in table.crossings}
    assert marks["The Strood, Mersea"] == ("tidal",)
    assert marks["Dartford Crossing"] == ("toll",)
    assert marks["Havengore Bridge, Foulness"] == ("restricted",)
