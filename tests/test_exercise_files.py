"""The invented county's files: the same bytes every time, in the regulators' own layouts."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from exercise import columns, publish
from exercise.__main__ import main
from exercise.county import County, build_county
from exercise.cqc_directory import DUAL_SHEET, MAIN_SHEET, RATINGS_SHEET
from exercise.northern import write_datastore
from exercise.sheets import Sheet, write_ods


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


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_county(county, folder, tmp_path):
    publish.write_county(build_county(80, 7), tmp_path / "again")
    assert digests(tmp_path / "again") == digests(folder)
    assert build_county(80, 8).stock.registrations != county.stock.registrations


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
    counted = sum(r.counted for r in county.registrations())
    assert 0 < counted - len(filed) < 0.3 * counted, "some homes do not file"


def test_residents_are_as_many_as_the_occupied_beds(folder, county):
    with (folder / "council" / "residents.csv").open(encoding="utf-8", newline="") as file:
        people = sum(int(row["people"]) for row in csv.DictReader(file))
    assert people == sum(f.occupied for f in county.filings)


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
