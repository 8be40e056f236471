"""Scotland's datastore and the boundaries of the United Kingdom."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely

from crawler.reading import Unreadable
from crawler.refresh import read_published
from crawler.spiders.care_inspectorate import find_datastore
from crawler.tables import SourceChanged
from register.records import AreaRecord, Delivery, Fault, LocationRecord, Observation, ProviderRecord

CASES = Path(__file__).resolve().parent / "cases"
CSV = CASES / "care_inspectorate" / "MDSF_data_31 May 2026.csv"
TOPOLOGY = CASES / "ons_boundaries" / "topo.json"
TODAY = date(2026, 6, 15)


def read(source: str, path: Path) -> tuple[list[Delivery], dict[str, Observation], list[Fault]]:
    items = list(read_published(source, path, today=TODAY))
    seen = {item.record.id: item for item in items if isinstance(item, Observation)}
    return [i for i in items if isinstance(i, Delivery)], seen, [i for i in items if isinstance(i, Fault)]


def location(seen: dict[str, Observation], identifier: str) -> LocationRecord:
    record = seen[identifier].record
    assert isinstance(record, LocationRecord)
    return record


@pytest.fixture(scope="module")
def scotland() -> tuple[list[Delivery], dict[str, Observation], list[Fault]]:
    return read("care_inspectorate", CSV)


def test_capacity_is_registered_places_and_not_the_annual_return(scotland):
    home = location(scotland[1], "ci:CS2099000001")
    assert (home.beds, home.name, home.rating) == (40, "Café House – “Invented”", "4")
    assert home.bands == ("Older People", "Older people - dementia", "Older people - frailty")


def test_a_service_that_is_registered_and_not_operating_is_dormant(scotland):
    assert location(scotland[1], "ci:CS2099000002").dormant is True
    assert location(scotland[1], "ci:CS2099000002").status == "Inactive"
    assert location(scotland[1], "ci:CS2099000003").dormant is False


def test_an_ungraded_home_has_no_day_of_grading(scotland):
    assert location(scotland[1], "ci:CS2099000002").rated_on is None


def test_a_council_keeps_its_name_and_a_person_does_not(scotland):
    names = {k: o.record.name for k, o in scotland[1].items() if isinstance(o.record, ProviderRecord)}
    assert names == {
        "ci:SP2099000001": "Invented Care (Scotland) Limited",
        "ci:SP2099000002": None,
        "ci:SP2099000003": "Fife Council",
        "ci:SP2099000004": None,
    }


def test_the_datastore_is_a_whole_list_of_the_day_in_its_name(scotland):
    assert {(d.as_at, d.complete) for d in scotland[0]} == {(date(2026, 5, 31), True)}


def test_columns_that_roll_every_april_are_known_in_any_year(tmp_path):
    text = CSV.read_text("windows-1252")
    for was, now in (
        ("_2627", "_3132"),
        ("_2526", "_3031"),
        ("_2425", "_2930"),
        (" 2627", " 3132"),
        ("Dec25_", "Dec30_"),
    ):
        text = text.replace(was, now)
    path = tmp_path / CSV.name
    path.write_text(text, "windows-1252")
    assert {f.field for f in read("care_inspectorate", path)[2]} == {f.field for f in read("care_inspectorate", CSV)[2]}


def test_names_that_drifted_over_the_years_are_known(tmp_path, scotland):
    text = CSV.read_text("windows-1252")
    for was, now in (
        ("CSNumber", "CaseNumber"),
        ("ServiceProvider", "Service_Provider"),
        ("Manager_Name", "ManagerName"),
        ("ServiceType", "Service Type"),
        ("RAD_SAT_Score", "RADScore"),
        ("Complaints_upheld_", "Complnt_upheld_or_partially_"),
    ):
        assert was in text
        text = text.replace(was, now, 3 if was.startswith("Compl") else 1)
    path = tmp_path / CSV.name
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    _, seen, faults = read("care_inspectorate", path)
    assert {k: o.record for k, o in seen.items()} == {k: o.record for k, o in scotland[1].items()}
    assert {f.field for f in faults} == {f.field for f in scotland[2]}


def test_without_registered_places_nothing_is_read(tmp_path):
    path = tmp_path / CSV.name
    path.write_text(CSV.read_text("windows-1252").replace("Registered_Places", "Places"), "windows-1252")
    with pytest.raises(Unreadable, match="Registered_Places"):
        read("care_inspectorate", path)


def test_the_newest_datastore_is_found_on_the_page():
    page = (CASES / "care_inspectorate" / "datastore.html").read_bytes()
    base = "https://www.careinspectorate.com"
    assert find_datastore(page, f"{base}/x") == f"{base}/images/documents/2/MDSF_data_31%20May%202026.csv"
    assert find_datastore(b"<a href='/data/datastore-may-2026'>x</a>", f"{base}/x") == f"{base}/data/datastore-may-2026"
    with pytest.raises(SourceChanged, match="datastore"):
        find_datastore(b"<html>nothing here</html>", f"{base}/x")


@pytest.mark.parametrize(
    ("day", "homes", "places", "providers"),
    [("2021-03-22", 1_395, 42_444, 545), ("2024-03-31", 1_369, 41_900, 549), ("2025-05-31", 1_361, 41_648, 559)],
)
def test_every_care_home_of_scotland_is_read(shared_data, day, homes, places, providers):
    lists, seen, faults = read("care_inspectorate", shared_data / "scotland" / f"care_homes_{day}.csv.gz")
    found = [o.record for o in seen.values() if isinstance(o.record, LocationRecord)]
    assert (len(found), sum(home.beds or 0 for home in found), len(seen) - len(found)) == (homes, places, providers)
    assert faults == []
    assert {d.as_at.isoformat() for d in lists} == {day}


def test_areas_are_rebuilt_from_the_arcs_that_they_share():
    _, seen, faults = read("ons_boundaries", TOPOLOGY)
    assert faults == []
    west, east = (shapely.from_wkb(seen[f"ons:ctry:{code}"].record.geometry) for code in ("E92000001", "S92000003"))
    assert west.bounds == pytest.approx((-3, 53, -2, 54))
    assert east.bounds == pytest.approx((-2, 53, -1, 54))
    assert west.touches(east)
    assert west.area == pytest.approx(1)


def test_areas_that_have_ended_are_kept_with_their_years():
    records = {k: o.record for k, o in read("ons_boundaries", TOPOLOGY)[1].items()}
    old, new = records["ons:utla:E10000901"], records["ons:utla:E06000901"]
    assert isinstance(old, AreaRecord) and isinstance(new, AreaRecord)
    assert (old.start, old.end, new.start, new.end) == (None, 2022, 2023, None)


def test_an_area_made_of_arcs_that_are_not_there_is_held_back_by_its_id(tmp_path):
    topology = json.loads(TOPOLOGY.read_text())
    topology["objects"]["ctry"]["geometries"][0]["arcs"] = [[99]]
    (tmp_path / "topo.json").write_text(json.dumps(topology))
    _, seen, faults = read("ons_boundaries", tmp_path / "topo.json")
    assert [(f.record_id, f.loses_row) for f in faults] == [("ons:ctry:E92000001", True)]
    assert len(seen) == 6


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("type", "Feature"),
        ("objects", {}),
        ("objects", []),
        ("arcs", [["x"]]),
        ("arcs", None),
        ("transform", {"scale": 1}),
    ],
)
def test_what_is_no_topology_is_refused(tmp_path, key, value):
    topology = json.loads(TOPOLOGY.read_text()) | {key: value}
    (tmp_path / "topo.json").write_text(json.dumps(topology))
    with pytest.raises(Unreadable, match=r"topo\.json"):
        read("ons_boundaries", tmp_path / "topo.json")


def test_every_boundary_of_ons_is_read_and_is_a_valid_area(shared_data):
    _, seen, faults = read("ons_boundaries", shared_data / "geo" / "onsvisual-uk-topojson-2014-2025.topo.json")
    areas = [o.record for o in seen.values() if isinstance(o.record, AreaRecord)]
    assert faults == []
    assert len(areas) == 654
    assert all(shapely.from_wkb(area.geometry).is_valid for area in areas)
