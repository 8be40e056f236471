"""Where homes stand: postcodes, grids, councils through time."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_cases import a_list, a_location, load
from sqlalchemy import Engine, select

from register.models import PostcodePlace, table_of
from register.place import Councils, Places, PostcodeFact, name_key
from register.postcodes import PostcodeDirectory
from register.reading import load_snapshot
from register.records import AreaRecord, LocationRecord

TODAY = date(2025, 5, 31)


def test_great_britain_and_northern_ireland_are_on_different_grids() -> None:
    found = PostcodeDirectory().find({"SW1A 1AA", "BT1 5GS", "HU1 1UU"})
    palace, city_hall = found["SW1A 1AA"], found["BT1 5GS"]
    assert (palace.latitude, palace.longitude) == pytest.approx((51.5010, -0.1416), abs=0.0005)
    assert (city_hall.latitude, city_hall.longitude) == pytest.approx((54.5965, -5.9301), abs=0.002)
    assert city_hall.district == "N09000003"
    assert found["HU1 1UU"].district == "E06000010"


def test_a_postcode_that_the_directory_lacks_has_no_place_and_islands_outside_the_uk_no_district() -> None:
    found = PostcodeDirectory().find({"ZZ9 9ZZ", "GY1 1AA"})
    assert found["ZZ9 9ZZ"].latitude is None
    assert (found["GY1 1AA"].latitude, found["GY1 1AA"].district) == (None, None)


def test_coordinates_agree_with_those_that_cqc_gives(shared_data: Path) -> None:
    with gzip.open(shared_data / "cqc" / "ratings_england_2021-02.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Location Latitude"] and row["Location Post Code"][0] == "D"]
    found = PostcodeDirectory().find({row["Location Post Code"] for row in rows})
    away = sorted(
        abs((found[row["Location Post Code"]].latitude or 0) - float(row["Location Latitude"])) for row in rows
    )
    assert len(rows) > 500
    assert away[len(away) * 9 // 10] < 0.0005


@pytest.mark.parametrize(
    ("name", "on", "code"),
    [
        ("Northamptonshire", date(2021, 3, 31), "E10000021"),
        ("North Northamptonshire", date(2021, 4, 1), "E06000061"),
        ("Somerset", date(2023, 3, 31), "E10000027"),
        ("Somerset", date(2023, 4, 1), "E06000066"),
        ("Westmorland and Furness", TODAY, "E06000064"),
        ("BCP Council", TODAY, "E06000058"),
        ("Bournemouth, Christchurch and Poole", TODAY, "E06000058"),
        ("Barnsley Metropolitan Borough Council", date(2024, 8, 1), "E08000016"),
        ("Barnsley", TODAY, "E08000038"),
        ("Bristol", TODAY, "E06000023"),
        ("Kingston upon Hull", TODAY, "E06000010"),
        ("Durham", TODAY, "E06000047"),
        ("London Borough of Barnet", TODAY, "E09000003"),
        ("City of London", TODAY, "E09000001"),
        ("Perth & Kinross", TODAY, "S12000048"),
        ("City of Edinburgh", TODAY, "S12000036"),
        ("Na h-Eileanan Siar", TODAY, "S12000013"),
        ("Glasgow City", TODAY, "S12000049"),
        ("Isle of Anglesey", TODAY, "W06000001"),
    ],
)
def test_a_council_is_known_by_each_way_its_name_is_written(name: str, on: date, code: str) -> None:
    council = Councils().named(name, on)
    assert council is not None
    assert council.code == code


def test_every_council_name_in_the_real_files_is_known(shared_data: Path) -> None:
    names = set()
    for file, column in (
        ("cqc/ratings_england_2021-02.csv.gz", "Location Local Authority"),
        ("scotland/care_homes_2021-03-22.csv.gz", "Council_Area_Name"),
        ("scotland/care_homes_2025-05-31.csv.gz", "Council_Area_Name"),
    ):
        with gzip.open(shared_data / file, "rt", encoding="utf-8") as rows:
            names |= {row[column] for row in csv.DictReader(rows)}
    councils = Councils()
    assert {name for name in names if councils.named(name, date(2021, 2, 1)) is None} <= {"outside Scotland"}
    assert len(names) > 180


def test_no_two_councils_that_stand_on_one_day_share_a_name_key() -> None:
    councils = Councils()
    for on in (date(2018, 1, 1), date(2021, 2, 1), TODAY):
        keys = [name_key(c.name) for c in councils._by_code.values() if c.stands(on)]
        assert len(keys) == len(set(keys))


def test_a_council_abolished_since_gives_way_to_the_one_whose_area_the_postcode_is_in() -> None:
    record = LocationRecord(
        id="cqc:1-1001", postcode="NN1 1AA", authority="Northamptonshire", latitude=52.2, longitude=-0.9
    )
    facts = {"NN1 1AA": PostcodeFact(52.2, -0.9, "E06000062", "directory")}
    now = Places(facts, Councils(), TODAY).of(record)
    then = Places(facts, Councils(), date(2021, 2, 1)).of(record)
    assert (now.authority, then.authority) == ("E06000062", "E10000021")
    assert now.precision == "source"


def test_a_home_without_coordinates_takes_its_postcodes_and_one_with_none_is_a_counted_unknown() -> None:
    places = Places({"AB10 7LN": PostcodeFact(57.1279, -2.1279, "S12000033", "directory")}, Councils(), TODAY)
    scottish = places.of(LocationRecord(id="ci:CS1", postcode="AB10 7LN", authority="outside Scotland"))
    assert (scottish.precision, scottish.authority, scottish.nation) == ("unit postcode", "S12000033", "Scotland")
    unknown = places.of(LocationRecord(id="ci:CS2", postcode="ZZ9 9ZZ", latitude=0.0, longitude=0.0))
    assert (unknown.latitude, unknown.precision, unknown.authority) == (None, "none", None)
    assert "not in the directory" in unknown.basis


def test_the_shire_district_of_a_postcode_gives_the_county_that_has_the_duty() -> None:
    council = Councils().of_district("E07000040", TODAY)
    assert council is not None
    assert (council.code, council.name) == ("E10000008", "Devon")


def test_codes_of_boundary_files_and_postcode_directories_meet() -> None:
    councils = Councils()
    assert councils.codes_of("S12000046") == councils.codes_of("S12000049") == {"S12000046", "S12000049"}
    assert councils.codes_of("E10000027") == {"E10000027", "E06000066"}
    assert councils.codes_of("X1") == {"X1"}


def test_invented_councils_are_known_from_the_areas_loaded() -> None:
    area = AreaRecord(id="ons:utla:X10000001", layer="utla", code="X10000001", name="Westmarch", geometry="")
    council = Councils([area]).named("Westmarch Council", TODAY)
    assert council is not None
    assert council.code == "X10000001"


@given(st.text(max_size=60))
def test_no_text_breaks_the_look_up_of_a_council(name: str) -> None:
    Councils().named(name, TODAY)


def test_publishing_looks_new_postcodes_of_care_homes_up_once(engine: Engine, tmp_path: Path) -> None:
    homes = [a_location(1, postcode="OL4 5HG"), a_location(2, postcode="ZZ9 9ZZ")]
    load(engine, tmp_path, a_list(TODAY, [*homes, a_location(3, care_home=False, postcode="M1 1AA")]))
    table = table_of(PostcodePlace)
    with engine.connect() as connection:
        kept = {row.postcode: row for row in connection.execute(select(table))}
    assert set(kept) == {"OL4 5HG", "ZZ9 9ZZ"}
    assert kept["OL4 5HG"].source_date == "2025-11"
    place = load_snapshot(engine).homes["exercise:EX-001"].current.place
    assert (place.precision, place.authority, place.district) == ("unit postcode", "E08000004", "E08000004")
