"""Files that councils make by hand: two layouts of vacancies, residents, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_cases import load
from sqlalchemy import Engine

from register.council import CouncilFileProblem, read_residents, read_vacancies, template
from register.reading import load_snapshot
from register.records import Delivery, Fault, Observation, VacancyRecord

TODAY = date(2025, 7, 31)
HEADER = (
    "cqc_location_id,bed_type,maximum_capacity,occupied,vacant_reserved,vacant_accepting_admissions,"
    "vacant_not_admittable,last_updated_utc\n"
)


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    """A file as a council might hand it in."""
    path = folder / "vacancies.csv"
    path.write_bytes(text.encode(encoding))
    return path


def records(path: Path) -> list[VacancyRecord]:
    """The vacancies that could be read."""
    return [i.record for i in read_vacancies(path, TODAY) if isinstance(i, Observation)]  # type: ignore[misc]


def faults(path: Path) -> list[Fault]:
    """What could not be read."""
    return [i for i in read_vacancies(path, TODAY) if isinstance(i, Fault)]


def test_the_template_loads_as_it_stands(engine: Engine, tmp_path: Path) -> None:
    vacancies = written(tmp_path, template("vacancies"))
    assert load(engine, tmp_path, read_vacancies(vacancies, TODAY), source="council").deliveries[0].published == 2
    residents = written(tmp_path, template("residents"))
    assert load(engine, tmp_path, read_residents(residents, TODAY), source="council").deliveries[0].published == 2
    assert len(load_snapshot(engine).vacancies["exercise:EX-00001"]) == 2


def test_the_list_is_of_its_newest_day_and_never_claims_to_be_whole(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER + "1-319143351,total,60,51,1,5,3,2025-07-10T09:00:00Z\n1-1001,total,5,5,0,0,0,12/07/2025 10:00\n",
    )
    delivery = next(i for i in read_vacancies(path, TODAY) if isinstance(i, Delivery))
    assert (delivery.as_at, delivery.complete) == (date(2025, 7, 12), False)
    assert [r.updated_on for r in records(path)] == [date(2025, 7, 10), date(2025, 7, 12)]


def test_pipes_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path, "\ufeff" + HEADER.replace(",", "|") + "1-319143351|General Nursing|60|51|1|5|3|2025-07-10\n"
    )
    (record,) = records(path)
    assert (record.id, record.vacant_accepting_admissions) == ("cqc:1-319143351/general_nursing", 5)


def test_a_bad_cell_is_named_by_row_column_what_was_found_and_what_was_expected(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1-319143351,total,60,51,1,6 (2 nursing),3,2025-07-10\n1-1001,total,5,5,0,0,0,\n")
    (fault,) = faults(path)
    assert (fault.origin, fault.row, fault.field) == ("vacancies.csv", 2, "vacant_accepting_admissions")
    assert fault.reason == 'found "6 (2 nursing)", expected a whole number, 0 or more'
    assert len(records(path)) == 1


@pytest.mark.parametrize(
    "row",
    [
        "The House,total,5,5,0,0,0,",
        ",total,5,5,0,0,0,",
        "1-1001,penthouse,5,5,0,0,0,",
        "1-1001,total,5,-1,0,0,0,",
        "1-1001,total,5,5,0,1,0,",
        "1-1001,total,5,4,0,1,0,2031-01-01",
        "1-1001,total,5,4,0,1,0,soon",
        "1-1001,total,1,200,0,1,0,2025-07-01,7",
    ],
)
def test_what_makes_no_sense_is_not_loaded(tmp_path: Path, row: str) -> None:
    path = written(tmp_path, HEADER + row + "\n")
    assert (len(faults(path)), records(path)) == (1, [])


EXPORT = "CQC ID,Location,Max Capacity,Used Beds,Declared Vacancies,Is Accepting Admissions,Last Updated UTC\n"


def test_in_the_trackers_export_beds_of_a_home_that_does_not_admit_can_be_offered_to_nobody(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        EXPORT + "1-1001,A,20,15,5,Yes,2025-07-10 08:00\n1-1002,B,20,15,5,No,2025-07-10 08:00\n1-1003,C,20,20,0,,\n",
    )
    states = [(r.occupied, r.vacant_accepting_admissions, r.vacant_not_admittable) for r in records(path)]
    assert states == [(15, 5, 0), (15, 0, 5), (20, 0, 0)]


def test_a_word_about_admissions_that_nobody_knows_leaves_the_vacancies_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, EXPORT + "1-1001,A,20,15,5,By arrangement,2025-07-10\n")
    (record,), (fault,) = records(path), faults(path)
    assert (record.occupied, record.vacant_accepting_admissions, record.vacant_not_admittable) == (15, None, None)
    assert (fault.loses_row, fault.found) == (False, "By arrangement")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04rest of a workbook", "save the sheet as CSV"),
        (b"", "holds no rows"),
        (HEADER.encode(), "holds no rows"),
        ("cqc_location_id,bed_type\n1-1001,caf\u00e9\n".encode("latin-1"), "CSV UTF-8"),
        (b"name,beds\nA,5\n", "column cqc_location_id is missing (columns found: name, beds)"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "vacancies.csv"
    path.write_bytes(raw)
    with pytest.raises(CouncilFileProblem) as problem:
        list(read_vacancies(path, TODAY))
    assert said in str(problem.value)
    assert "vacancies.csv" in str(problem.value)


def test_needs_are_checked_by_who_knows_them(tmp_path: Path) -> None:
    def check(need: str) -> None:
        if need != "nursing/dementia":
            raise ValueError("nursing/dementia")

    path = written(
        tmp_path, "cqc_location_id,need,people,counted_on\n1-1001,nursing/dementia,4,\n1-1001,tea,1,\n1-1001,,1,\n"
    )
    items = list(read_residents(path, TODAY, check_need=check))
    assert [type(i).__name__ for i in items] == ["Delivery", "Observation", "Fault", "Fault"]
    assert isinstance(items[2], Fault)
    assert items[2].reason == 'found "tea", expected nursing/dementia'


@given(st.binary(max_size=300))
def test_no_bytes_whatever_give_a_traceback(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(HEADER.encode() + raw)
    try:
        items = list(read_vacancies(path, TODAY))
    except CouncilFileProblem as problem:
        assert "any.csv" in str(problem)
    else:
        assert isinstance(items[0], Delivery)
