"""The invented county: repeatable, consistent with itself, and true to the regulators' formats."""

from __future__ import annotations

import csv
import gzip
import hashlib
import itertools
import json
import re
import time
from collections import Counter
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
import shapely
from python_calamine import CalamineWorkbook

from exercise import columns, cqc_api, publish
from exercise.__main__ import main
from exercise.boundaries import ABOLISHED, topology
from exercise.capacity import allot
from exercise.county import County, build_county, chance_for
from exercise.cqc_directory import DUAL_SHEET, MAIN_SHEET, RATINGS_SHEET
from exercise.northern import write_datastore
from exercise.sheets import Sheet, write_ods
from exercise.stock import Registration

SIZES = ((20, 1), (60, 7), (80, 7), (300, 3))


@pytest.fixture(scope="module")
def county() -> County:
    return build_county(80, 7)


@pytest.fixture(scope="module")
def folder(county, tmp_path_factory) -> Path:
    to = tmp_path_factory.mktemp("county")
    publish.write_county(county, to)
    return to


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


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


def open_homes(county: County) -> list[Registration]:
    return [r for r in county.registrations() if r.counted]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_county(county, folder, tmp_path):
    publish.write_county(build_county(80, 7), tmp_path / "again")
    assert digests(tmp_path / "again") == digests(folder)
    assert build_county(80, 8).stock.registrations != county.stock.registrations


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_as_many_homes_are_open_as_were_asked_for(homes, seed):
    county = build_county(homes, seed)
    assert len(open_homes(county)) == homes == len({r.building.number for r in open_homes(county)})


@pytest.mark.parametrize("homes", [19, 15_001])
def test_a_county_of_another_size_is_refused(homes):
    with pytest.raises(ValueError, match=r"20 to 15,000"):
        build_county(homes)


def test_every_code_says_that_it_is_invented_and_has_the_registers_form(county):
    for registration in county.registrations():
        assert re.fullmatch(r"EX-\d{9}", registration.id)
        assert re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}", registration.building.postcode)
        assert registration.building.postcode[:2] in {"ZX", "ZY"}
        assert re.fullmatch(r"99\d{10}", registration.building.uprn)
        assert registration.building.council.code.startswith("X1")
    for provider in county.stock.providers.values():
        assert re.fullmatch(r"EXP-\d{9}", provider.id)
        assert provider.company is None or re.fullmatch(r"99\d{6}", provider.company)
    buildings = {r.building for r in county.registrations()}
    assert len({b.postcode for b in buildings}) == len({b.number for b in buildings}) == len(buildings)


@pytest.fixture(scope="module")
def largest():
    """The largest county there can be, and the processor's seconds that it took."""
    began = time.process_time()
    return build_county(15_000, 7), time.process_time() - began


def test_no_town_and_no_provider_is_named_like_a_real_one(shared_data, largest):
    county, _ = largest
    with gzip.open(shared_data / "cqc" / "ratings_england_2021-02.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    real_towns = {row["Location City"].casefold() for row in rows}
    real_names = {row[column].casefold() for row in rows for column in ("Provider Name", "Location Name")}
    boundaries = json.loads((shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json").read_text())
    real_areas = {
        geometry["properties"]["areanm"].casefold()
        for layer in boundaries["objects"].values()
        for geometry in layer["geometries"]
    }
    assert not {r.building.town.casefold() for r in county.registrations()} & (real_towns | real_areas)
    assert not {c.name.casefold() for c in county.stock.councils} & (real_towns | real_areas)
    assert not {p.name.casefold() for p in county.stock.providers.values()} & real_names
    assert not {r.name.casefold() for r in county.registrations()} & real_names


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


def test_the_first_towns_of_the_two_banks_face_each_other_across_the_water(county):
    north, south = county.stock.councils
    (_, x0, y0), (_, x1, y1) = north.towns[0], south.towns[0]
    assert abs(x0 - x1) < 2 and y0 - y1 < 10
    bridge = county.stock.land.width * 0.2
    assert x0 - bridge > 10, "the way round by the bridge is more than 20 km"


def test_fifteen_thousand_homes_fill_the_dogger_bank_within_twenty_seconds(tmp_path, largest):
    county, took = largest
    began = time.process_time()
    cqc_api.write_api(county.stock, tmp_path)
    assert took + time.process_time() - began < 20
    assert 100 <= len(county.stock.councils) <= 150
    for registration in county.registrations():
        assert 54.0 < registration.building.latitude < 56.5 and 1.5 < registration.building.longitude < 4.5
    assert len(list((tmp_path / "locations").iterdir())) == len(county.stock.registrations)


def test_sizes_and_settings_are_like_englands(county):
    homes = open_homes(build_county(1_000, 7))
    beds = sorted(r.beds for r in homes)
    assert 25 <= beds[500] <= 30
    assert sum(r.nursing for r in homes) == pytest.approx(300, abs=15)
    small = sorted(r.beds for r in homes if r.kind == "learning disability")
    assert small[len(small) // 4] >= 6 and small[3 * len(small) // 4] <= 8
    assert any(b >= 60 for b in beds)
    assert 2_200 <= county.beds <= 2_600


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_one_chain_is_the_largest_and_many_providers_run_one_home(homes, seed):
    county = build_county(homes, seed)
    held = Counter(r.provider for r in open_homes(county))
    largest, count = held.most_common(1)[0]
    assert county.stock.providers[largest].brand.id == "EXB1" and count >= 3
    assert sum(1 for n in held.values() if n == 1) > homes / 4
    forms = {p.ownership for p in county.stock.providers.values()}
    assert "Organisation" in forms and any(p.company is None for p in county.stock.providers.values())


def test_the_chains_landlords_are_offshore_here_and_untraced_there(county):
    chain = {
        r.building.number for r in open_homes(county) if (b := county.stock.brand(r)) is not None and b.id == "EXB1"
    }
    titles = [t for t in county.stock.titles if t.building in chain]
    assert len(titles) == len(chain)
    offshore = [t for t in titles if t.landlord and t.landlord.jurisdiction != "ENGLAND"]
    assert len(offshore) >= len(titles) / 3
    assert any(t.landlord is None for t in county.stock.titles)


# ---- the regulators' formats ----------------------------------------------------------------------------------------


def test_api_records_leave_absent_values_out_and_never_write_null(folder):
    texts = [file.read_text() for kind in ("locations", "providers") for file in (folder / "cqc_api" / kind).iterdir()]
    assert texts and not any("null" in text for text in texts)


def test_api_records_have_only_keys_that_real_ones_have(folder, shared_data):
    for kind in ("locations", "providers"):
        real = {
            key
            for file in (shared_data / "cqc" / "api_oldham_2025" / kind).iterdir()
            for key in json.loads(file.read_text())
        }
        ours = {key for file in (folder / "cqc_api" / kind).iterdir() for key in json.loads(file.read_text())}
        assert ours <= real | {"uprn", "brandId", "brandName"}


def test_the_lists_name_every_record_once(folder, county):
    for kind, key in (("locations", "locationId"), ("providers", "providerId")):
        listing = json.loads((folder / "cqc_api" / f"{kind}.json").read_text())
        ids = [entry[key] for entry in listing[kind]]
        files = {file.stem for file in (folder / "cqc_api" / kind).iterdir()}
        assert listing["total"] == len(ids) == len(files) and set(ids) == files
        assert listing["totalPages"] == 1 and listing["nextPageUri"] is None


def test_an_ended_registration_keeps_its_beds_and_types_but_no_activity(folder, county):
    ended = list(county.registrations(active=False))
    assert ended
    for registration in ended:
        record = json.loads((folder / "cqc_api" / "locations" / f"{registration.id}.json").read_text())
        assert record["registrationStatus"] == "Deregistered" and record["regulatedActivities"] == []
        assert record["numberOfBeds"] > 0 and record["gacServiceTypes"]
        assert record["registrationDate"] < record["deregistrationDate"] <= county.as_at.isoformat()


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_successions_hold_every_oddity_of_the_real_registers(homes, seed):
    county = build_county(homes, seed)
    by_building: dict[int, list[Registration]] = {}
    for registration in county.registrations():
        if registration.care_home and (registration.dual_with is None or registration.dual_primary):
            by_building.setdefault(registration.building.number, []).append(registration)
    chains = [sorted(rs, key=lambda r: r.registered_on) for rs in by_building.values() if len(rs) > 1]
    steps = [(a, b) for chain in chains for a, b in itertools.pairwise(chain)]
    overlaps = {(a.deregistered_on - b.registered_on).days for a, b in steps}
    assert {159, 18, 1, -8} <= overlaps
    recorded = {(bool(a.links), any(k.kind == "HSCA Predecessor" for k in b.links)) for a, b in steps}
    assert recorded == {(True, True), (True, False), (False, True), (False, False)}
    assert any(a.beds != b.beds for a, b in steps)
    assert any(len(chain) == 3 for chain in chains)
    assert any(r.rating and r.rating.earned_by for r in county.registrations())
    closed = [rs[0] for rs in by_building.values() if len(rs) == 1 and not rs[0].active]
    assert closed and all(not r.links for r in closed)
    for registration in county.registrations():
        for link in registration.links:
            assert county.stock.registrations[link.id].building == registration.building


def test_there_are_dormant_unrated_and_managerless_homes(county):
    homes = open_homes(county)
    assert any(r.dormant for r in homes)
    assert any(r.manager_absent_on for r in homes)
    assert any(r.rating is None for r in homes)


def sheet(path: Path, name: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_the_monthly_file_has_its_122_columns_and_a_row_to_every_active_location(folder, county):
    rows = sheet(folder / "cqc_directory" / "01_November_2026_HSCA_Active_Locations.ods", MAIN_SHEET)
    header, body = rows[0], [row for row in rows[1:] if row[0]]
    assert tuple(header) == columns.ACTIVE_LOCATIONS and len(header) == 122
    assert [row[0] for row in body] == [r.id for r in county.registrations(active=True)]
    beds, dual = header.index("Care homes beds"), header.index("Location Dual Registered")
    primary = header.index("Primary ID (Dual registration locations)")
    assert sum(row[beds] for row in body if not row[dual] or row[primary] == "Y") == county.beds
    started = {row[0]: row[header.index("Location HSCA start date")] for row in body}
    assert all(started[r.id] == r.registered_on for r in county.registrations(active=True))


def test_the_ods_the_workbook_and_the_csv_say_the_same(folder):
    name = "01_November_2026_HSCA_Active_Locations"

    def plain(rows):
        def text(cell):
            if isinstance(cell, float) and cell.is_integer():
                cell = int(cell)
            return cell.isoformat() if isinstance(cell, date) else str(cell)

        return [[text(cell) for cell in row[:122]] for row in rows if row[0] != ""]

    ods = plain(sheet(folder / "cqc_directory" / f"{name}.ods", MAIN_SHEET))
    xlsx = plain(sheet(folder / "cqc_directory_xlsx" / f"{name}.xlsx", MAIN_SHEET))
    with (folder / "cqc_directory_csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        text = list(csv.reader(file))
    assert ods == xlsx == text


def test_the_ods_repeats_cells_as_the_real_one_does(folder, county):
    with ZipFile(folder / "cqc_directory" / "01_November_2026_HSCA_Active_Locations.ods") as archive:
        assert archive.infolist()[0].filename == "mimetype"
        content = archive.read("content.xml")
    assert content.count(b"number-columns-repeated") > 5 * len(list(county.registrations(active=True)))
    assert b"number-rows-repeated" in content
    assert b"INVENTED" in content


def test_rows_and_cells_survive_the_ods_whatever_they_hold(tmp_path):
    rows = [("a", "a", None, None, 3, 3.5, "<&>"), ("a", "a", None, None, 3, 3.5, "<&>"), (None,), ("", "", "end")]
    write_ods([Sheet("One", rows), Sheet("Two", [("x",)])], tmp_path / "t.ods")
    read = sheet(tmp_path / "t.ods", "One")
    assert read[:2] == [["a", "a", "", "", 3, 3.5, "<&>"]] * 2
    assert read[3][:3] == ["", "", "end"]
    assert sheet(tmp_path / "t.ods", "Two")[0][0] == "x"


def test_a_dual_pair_is_one_building_with_its_beds_on_both_records(folder, county):
    rows = sheet(folder / "cqc_directory" / "01_November_2026_HSCA_Active_Locations.ods", DUAL_SHEET)
    assert tuple(rows[0][:11]) == columns.DUAL_REGISTRATIONS
    pairs = [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[0]]
    assert pairs and sorted(p["Primary ID"] for p in pairs) == sorted("YN" * (len(pairs) // 2))
    for pair in pairs:
        one = county.stock.registrations[pair["Location ID"]]
        other = county.stock.registrations[pair["Linked Organisation ID"]]
        assert one.building == other.building and one.beds == other.beds and one.provider != other.provider
        assert re.fullmatch(r"\d\d/\d\d/\d{4}", pair["Location HSCA Start Date"])


def test_the_ratings_file_has_six_rows_a_rated_home_one_of_them_twice(folder, county):
    rows = sheet(folder / "cqc_directory" / "01_November_2026_Latest_ratings.ods", RATINGS_SHEET)
    assert tuple(rows[0][:28]) == columns.LATEST_RATINGS
    count = Counter(row[0] for row in rows[1:] if row[0])
    assert set(count) == {r.id for r in county.registrations(active=True) if r.rating}
    assert sorted(count.values()) == [6] * (len(count) - 1) + [7]


def test_beds_filed_add_up_home_by_home_and_county_wide_as_englands_did(folder, county):
    with (folder / "council" / "vacancies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    filed: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for row in rows:
        names = ("occupied", "vacant_reserved", "vacant_accepting_admissions", "vacant_not_admittable")
        assert sum(int(row[name]) for name in names) == int(row["maximum_capacity"])
        assert all(int(row[name]) >= 0 for name in names)
        filed[row["cqc_location_id"]] += int(row["maximum_capacity"])
        states += Counter({name: int(row[name]) for name in names})
    for location, beds in filed.items():
        home = county.stock.registrations[location]
        assert home.beds == beds and home.counted and not home.dormant
    total = sum(filed.values())
    assert states["occupied"] == pytest.approx(0.860 * total, abs=1)
    assert states["vacant_accepting_admissions"] == pytest.approx(0.108 * total, abs=1)
    assert 0 < len(open_homes(county)) - len(filed) < 0.3 * len(open_homes(county)), "some homes do not file"


def test_residents_are_as_many_as_the_occupied_beds(folder, county):
    with (folder / "council" / "residents.csv").open(encoding="utf-8", newline="") as file:
        people = sum(int(row["people"]) for row in csv.DictReader(file))
    assert people == sum(f.occupied for f in county.filings)


@pytest.mark.parametrize(("homes", "seed"), SIZES)
def test_hardly_a_nursing_bed_is_open_on_the_north_bank(homes, seed):
    county = build_county(homes, seed)

    def share(bank: str) -> float:
        here = [
            f
            for f in county.filings
            if "nursing" in f.bed_type and county.stock.registrations[f.location].building.council.bank == bank
        ]
        return sum(f.accepting for f in here) / sum(f.maximum for f in here)

    assert share("north") < 0.03 < share("south")


def test_parts_add_up_and_stay_within_their_room():
    chance = chance_for(1, "allot")
    for total in (0, 1, 17, 60):
        parts = allot(total, [5.0, 1.0, 0.0, 9.0, 2.5], [10, 20, 30, 20, 10], chance)
        assert sum(parts) == total and parts[2] == 0
        assert all(0 <= part <= most for part, most in zip(parts, [10, 20, 30, 20, 10], strict=True))
    with pytest.raises(ValueError, match="room for 60"):
        allot(61, [5.0, 1.0, 0.0, 9.0, 2.5], [10, 20, 30, 20, 10], chance)


def test_the_datastore_is_windows_1252_with_its_101_columns(folder):
    raw = (folder / "care_inspectorate" / "datastore-november-2026.csv").read_bytes()
    assert b"\x96" in raw, "an en dash in Windows-1252"
    rows = list(csv.DictReader(raw.decode("windows-1252").splitlines()))
    assert tuple(rows[0]) == columns.DATASTORE and len(columns.DATASTORE) == 101
    assert all(re.fullmatch(r"EXS-\d+", row["CSNumber"]) and int(row["Registered_Places"]) > 0 for row in rows)
    assert any(row["TotalBeds"] == "" for row in rows) and any(row["MinGrade"] == "" for row in rows)


def test_the_datastore_takes_no_column_it_does_not_know(tmp_path):
    with pytest.raises(ValueError, match="Beds"):
        write_datastore([{"CSNumber": "EXS-1", "Beds": 3}], tmp_path / "x.csv")


def test_the_folder_says_that_all_is_invented(folder):
    for name in ("README.txt", "cqc_directory/using-cqc-data.html"):
        assert "INVENTED" in (folder / name).read_text(encoding="utf-8")


# ---- a month later --------------------------------------------------------------------------------------------------


def test_a_month_brings_a_sale_a_closure_an_opening_and_more_beds(county):
    after = county.later()
    assert after == county.later() and after.as_at == date(2026, 12, 1)
    before = county.stock.registrations
    new = [r for r in after.registrations() if r.id not in before]
    ended = [r for r in after.registrations(active=False) if r.id in before and before[r.id].active]
    assert len(new) == 2 and len(ended) == 2 and len(after.changes) == 5
    bought = next(r for r in new if r.links)
    sold = next(r for r in ended if r.links)
    closed = next(r for r in ended if not r.links)
    assert bought.building == sold.building and bought.links[0].id == sold.id and sold.links[0].id == bought.id
    assert county.as_at < bought.registered_on < sold.deregistered_on < after.as_at
    assert county.as_at < closed.deregistered_on < after.as_at
    assert len(open_homes(after)) == county.homes, "one opened, one closed"
    assert sum(1 for r in after.registrations() if r.id in before and r.beds != before[r.id].beds) == 1


@pytest.mark.parametrize("seed", range(5))
def test_half_a_year_passes_even_in_the_smallest_county(seed):
    county = build_county(20, seed)
    after = county.later(6)
    assert after.as_at == date(2027, 5, 1)
    assert len(after.stock.registrations) >= len(county.stock.registrations) + 6
    assert all(r.deregistered_on is None or r.deregistered_on < after.as_at for r in after.registrations())


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_the_same_folder(folder, tmp_path, capsys):
    assert main(["--homes", "80", "--seed", "7", "--out", str(tmp_path / "made")]) == 0
    assert digests(tmp_path / "made") == digests(folder)
    assert "80 homes" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--homes", "3", "--out", "x"], ["--as-at", "soon", "--serve"]])
def test_the_command_refuses_bad_usage_with_one_sentence(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err
