"""Lists on a bad night, read from a file: shrunk, emptied, slipped, cut; and lists of an ordinary month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from nights import Register

from crawler.refresh import read_published
from crawler.source import SOURCES
from register.database import open_database
from register.intake import Intake, RunReport

HOMES = 60
SOURCE = "care_inspectorate"
Row = dict[str, object]


def datastore(folder: Path, day: str, homes: range, change: Callable[[Row], Row] = dict) -> Path:
    """A datastore of as many homes, in a file."""
    rows: list[Row] = [
        {
            "CSNumber": f"CS{2003000000 + n}",
            "CareService": "Care Home Service",
            "ServiceName": f"House {n}",
            "Service_Postcode": f"EH1 {n % 9 + 1}AA",
            "SP_number": f"SP{2003000000 + n // 5}",
            "ServiceProvider": f"Invented Care {n // 5} Limited",
            "ServiceStatus": "Active",
            "ServiceType": "Private",
            "Registered_Places": 20 + n,
            "Client_group": "Adults",
            "DateReg": "01/04/2002",
            "Subtype": "Older People",
            "MinGrade": n % 6 + 1,
        }
        for n in homes
    ]
    rows = [change(row) for row in rows]
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    path = folder / f"MDSF_data_{day}.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("windows-1252"))
    return path


def night(register: Register, file: Path) -> RunReport:
    """One night later: the file is read in, and judged as a crawl's is."""
    register.nights += 1
    register.folder.mkdir(exist_ok=True)
    engine = open_database(register.url)
    intake = Intake(engine, SOURCE, learnt=datetime.combine(register.today, time(3), UTC), spool_dir=register.spool)
    for item in read_published(SOURCE, file, today=register.today):
        intake.hand_over(item)
    report = intake.publish(SOURCES[SOURCE].checks_for(publisher_address=False))
    engine.dispose()
    return report


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, Path]:
    """A register after one good night, and the file that was read."""
    folder = tmp_path_factory.mktemp("lists")
    register, file = Register(folder / "good"), datastore(folder, "30 April 2026", range(HOMES))
    assert night(register, file).state == "published"
    return register, file


def renamed(was: str, now: str) -> Callable[[Row], Row]:
    return lambda row: {now if name == was else name: value for name, value in row.items()}


BAD = {
    "half of the homes": (range(HOMES // 2), dict, "has 30 rows where the list before it had 60"),
    "no beds": (
        range(HOMES), lambda r: {**r, "Registered_Places": ""}, "0 of 60 have beds known, where before it was 60"),
    "a postcode column under another name": (
        range(HOMES), renamed("Service_Postcode", "Pcode"), "0 of 60 have postcode known, where before it was 60"),
    "a kind of service under another name": (
        range(HOMES), lambda r: {**r, "CareService": "Residence"}, "0 of 60 are care homes, where before it was 60"),
    "ten times the beds": (
        range(HOMES), lambda r: {**r, "Registered_Places": int(str(r["Registered_Places"])) * 10},
        "60 of 60 care homes have another beds than before"),
    "postcodes that slipped by a row": (
        range(HOMES), lambda r: {**r, "Service_Postcode": f"EH1 {(int(str(r['CSNumber'])[2:])) % 9 + 1}AA"},
        "60 of 60 care homes have another postcode than before"),
    "names that slipped by a row": (
        range(HOMES), lambda r: {**r, "ServiceName": f"House {int(str(r['CSNumber'])[2:]) - 2002999999}"},
        "60 of 60 care homes have another name than before"),
    "no names": (range(HOMES), lambda r: {**r, "ServiceName": " "}, "0 of 60 have name known, where before it was 60"),
    "one provider for all": (
        range(HOMES), lambda r: {**r, "SP_number": "SP2003000000"}, "care homes have another provider_id than before"),
    "days for months": (
        range(HOMES), lambda r: {**r, "DateReg": "04/01/2002"}, "60 of 60 care homes have another registered_on"),
    "no grades": (range(HOMES), lambda r: {**r, "MinGrade": ""}, "0 of 60 have rating known, where before it was 60"),
    "beds in words": (range(HOMES), lambda r: {**r, "Registered_Places": "many"}, "0 of 60 have beds known"),
}  # fmt: skip


@pytest.mark.parametrize("same_day", [False, True])
@pytest.mark.parametrize("change", BAD)
def test_a_list_that_says_too_little_or_too_much_else_is_kept_aside_and_the_next_good_night_recovers(
    good: tuple[Register, Path], tmp_path: Path, change: str, same_day: bool
) -> None:
    register, well = good[0].copy(tmp_path / "register"), good[1]
    homes, damage, said = BAD[change]
    digest, records = register.digest, register.open_records()
    report = night(register, datastore(tmp_path, "30 April 2026" if same_day else "31 May 2026", homes, damage))
    assert report.state == "kept aside" and said in " ".join(report.reasons), report
    state = register.state(SOURCE)
    assert state.stale and said in " ".join(state.issues)
    assert (register.digest, register.open_records()) == (digest, records)
    assert night(register, well).state == "published"
    assert register.digest == digest and not register.state(SOURCE).stale


def test_a_list_that_comes_twice_over_is_not_what_later_ones_are_measured_by(
    good: tuple[Register, Path], tmp_path: Path
) -> None:
    register, well = good[0].copy(tmp_path / "register"), good[1]
    header, *rows = well.read_bytes().splitlines(keepends=True)
    twice = tmp_path / "MDSF_data_31 May 2026.csv"
    twice.write_bytes(b"".join([header, *rows, *rows]))
    report = night(register, twice)
    assert report.state == "kept aside" and "60 of 120 rows say again what other rows" in " ".join(report.reasons)
    assert night(register, well).state == "published"


def test_a_few_homes_fewer_and_other_beds_in_some_are_an_ordinary_month(
    good: tuple[Register, Path], tmp_path: Path
) -> None:
    register = good[0].copy(tmp_path / "register")

    def some(row: Row) -> Row:
        beds = row["Registered_Places"]
        last = str(row["CSNumber"])[-1]
        beds = "" if last == "7" else int(str(beds)) + (last in "1234")
        other_case = {"ServiceName": str(row["ServiceName"]).upper(), "CareService": "CARE HOME SERVICE"}
        return {**row, **other_case, "Registered_Places": beds, "MinGrade": 4}

    report = night(register, datastore(tmp_path, "31 May 2026", range(3, HOMES), some))
    assert (report.state, report.deliveries[0].ended) == ("published", 3), report.reasons


def test_a_list_cut_within_a_row_ends_neither_homes_nor_their_providers(
    good: tuple[Register, Path], tmp_path: Path
) -> None:
    register = good[0].copy(tmp_path / "register")
    before = register.open_records()
    cut = datastore(tmp_path, "31 May 2026", range(HOMES))
    cut.write_bytes(cut.read_bytes()[:-600])
    report = night(register, cut)
    assert report.state == "published" and not any(one.complete or one.ended for one in report.deliveries)
    assert register.open_records() == before
    assert "is cut short: the file ends in the middle of it" in " ".join(register.state(SOURCE).issues)
