"""The land registry's lists: every row read or reported, only titles that matter, changes in any order."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import zipfile
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler.land_registry import Layout, columns_of_list, layout_of, trailer_of
from crawler.land_registry_files import list_files
from crawler.land_registry_search import TitleSearch
from crawler.reading import Unreadable
from crawler.refresh import read_published, replay
from crawler.source import SOURCES
from crawler.terms import NotAccepted
from register.acceptances import Acceptance, accept
from register.reading import load_snapshot
from register.records import Delivery, Fault, Observation, TitleRecord
from register.wanted_titles import Address, WantedTitles, plain_words, wanted_titles

CASE = Path(__file__).resolve().parent / "cases" / "hmlr"
TODAY, LEARNT = date(2026, 7, 1), datetime(2026, 7, 1, 3, tzinfo=UTC)
Items = list[Delivery | Observation | Fault]
CCOD = columns_of_list(overseas=False, changes=False)
COMPANY = "Limited Company or Public Limited Company"


def read(path: Path, wanted: WantedTitles | None = None) -> Items:
    return list(read_published("hmlr", path, today=TODAY, companies=(wanted or WantedTitles()).marks()))


def titles(items: Items) -> dict[str, TitleRecord]:
    return {i.record.id: i.record for i in items if isinstance(i, Observation) and isinstance(i.record, TitleRecord)}


def faults(items: Items) -> list[Fault]:
    return [item for item in items if isinstance(item, Fault)]


def row(**cells: str) -> dict[str, str]:
    return {
        "Title Number": "ZX1",
        "Tenure": "Freehold",
        "Property Address": "1 Example Street, Zelbury",
        "District": "ZELBURY",
        "Multiple Address Indicator": "N",
        "Additional Proprietor Indicator": "N",
        "Proprietor Name (1)": "EXERCISE ONE LIMITED",
        "Proprietorship Category (1)": COMPANY,
        **cells,
    }


def written(path: Path, *rows: dict[str, str], changes: bool = False, count: int | None = -1) -> Path:
    columns = columns_of_list(overseas=False, changes=changes)
    text = io.StringIO()
    text.write(",".join(columns) + "\r\n")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerows([one.get(column, "") for column in columns] for one in rows)
    if count is not None:
        text.write(f'"Row Count:{len(rows) if count < 0 else count}"\r\n')
    path.write_bytes(text.getvalue().encode())
    return path


HOME = WantedTitles(postcodes=frozenset({"ZX1 1AA"}))


def test_every_cell_of_a_row_is_read_or_left_out_by_name():
    found = titles(read(CASE))
    grange = found["ccod:ZX900102"]
    assert (grange.title, grange.address) == ("hmlr:ZX900102", 'The Grange, "Old House", Example Street, Zelbury')
    assert (grange.postcode, grange.schedule, grange.more_owners, grange.added_on) == (None, False, False, None)
    assert [p.number for p in grange.proprietors or ()] == ["9234R"]
    assert found["ccod:ZX900103"].added_on == date(2019, 3, 15), "both forms of a date"
    four = found["ccod:ZX900104"]
    assert [p.number for p in four.proprietors or ()] == ["99000002", "123", "OC999003", "99000004"]
    assert (four.schedule, four.more_owners) == (True, True)
    abroad = found["ocod:ZX900003"].proprietors or ()
    assert [p.country for p in abroad] == ["GUERNSEY", "GUERNSEY", "VIRGIN ISLANDS, BRITISH", "DELAWARE, U.S.A"]
    assert "Private Road" not in repr(found) and "1250000" not in repr(found)
    assert not [fault for fault in faults(read(CASE)) if fault.row]


def test_the_invented_files_of_the_data_pack_are_read_whole(shared_data: Path, engine: Engine):
    accepting(engine)
    report = replay("hmlr", shared_data / "hmlr", engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert sorted((d.feed, d.as_at, d.handed, d.published, d.quarantined) for d in report.deliveries) == [
        ("hmlr/ccod", date(2025, 9, 1), 3, 3, 0),
        ("hmlr/ccod", date(2025, 9, 30), 1, 1, 0),
        ("hmlr/ocod", date(2025, 9, 1), 3, 3, 0),
        ("hmlr/ocod", date(2025, 9, 30), 2, 1, 0),
    ]


def test_a_title_that_went_and_did_not_come_back_is_removed_on_its_day():
    found = titles(read(CASE))
    assert found["ccod:ZX900103"].removed_on == date(2026, 5, 12)
    assert found["ccod:ZX900101"].removed_on is None
    assert [p.name for p in found["ccod:ZX900101"].proprietors or ()] == ["EXERCISE NEW TENANT LIMITED"]


def accepting(engine: Engine) -> None:
    accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", LEARNT.date()))


def load(engine: Engine, *files: str) -> None:
    for file in files:
        report = replay("hmlr", CASE / file, engine=engine, today=TODAY, learnt=LEARNT, shown=False, full=True)
        assert report.state == "published", report.reasons


FILES = ("CCOD_FULL_2026_05.csv", "CCOD_COU_2026_06.csv", "OCOD_FULL_2026_05.csv", "OCOD_COU_2026_06.csv")


def test_lists_and_changes_loaded_in_any_order_and_twice_give_one_register(tmp_path: Path):
    from register.database import open_database

    digests = set()
    for number, order in enumerate((*list(permutations(FILES))[::5], (*FILES, FILES[1], FILES[1]))):
        engine = open_database(f"sqlite:///{(tmp_path / f'{number}.db').as_posix()}")
        accepting(engine)
        load(engine, *order)
        digests.add(load_snapshot(engine, on=date(2026, 6, 30)).digest)
        snapshot = load_snapshot(engine, on=date(2026, 6, 30))
        assert "hmlr:ZX900103" not in snapshot.titles
        assert [o.proprietor.country for o in snapshot.titles["hmlr:ZX900001"].owners] == ["LUXEMBOURG"]
        engine.dispose()
    assert len(digests) == 1


def test_before_the_day_of_its_change_a_title_is_as_the_older_list_gives_it(engine: Engine):
    accepting(engine)
    load(engine, *FILES)
    before = load_snapshot(engine, on=date(2026, 5, 10))
    assert [o.proprietor.country for o in before.titles["hmlr:ZX900001"].owners] == ["JERSEY"]
    assert "hmlr:ZX900103" in before.titles


@pytest.mark.parametrize(
    ("rows", "count", "whole"), [(2, 2, True), (2, 3, False), (2, 1, False), (2, None, False), (0, 1, False)]
)
def test_a_list_is_whole_only_where_its_last_line_counts_its_rows(
    tmp_path: Path, rows: int, count: int | None, whole: bool
):
    some = [row(**{"Title Number": f"ZX{n}", "Postcode": "ZX1 1AA"}) for n in range(rows)]
    items = read(written(tmp_path / "CCOD_FULL_2026_05.csv", *some, count=count), HOME)
    *_, delivery = [item for item in items if isinstance(item, Delivery)]
    assert delivery.complete is whole
    assert any("ends nothing" in fault.reason for fault in faults(items)) is not whole


def test_two_files_in_one_are_not_a_whole_list(tmp_path: Path):
    path = written(tmp_path / "CCOD_FULL_2026_05.csv", row(Postcode="ZX1 1AA"))
    path.write_bytes(path.read_bytes() * 2)
    *_, delivery = [item for item in read(path, HOME) if isinstance(item, Delivery)]
    assert not delivery.complete


def test_a_list_without_a_title_that_matters_ends_nothing(tmp_path: Path):
    items = read(written(tmp_path / "CCOD_FULL_2026_05.csv", row(Postcode="ZX9 9ZZ")), HOME)
    assert not any(item.complete for item in items if isinstance(item, Delivery))
    assert any("no title in it concerns" in fault.reason for fault in faults(items))


def test_a_list_read_whole_ends_nothing(tmp_path: Path):
    items = read(written(tmp_path / "CCOD_FULL_2026_05.csv", row()))
    assert not any(item.complete for item in items if isinstance(item, Delivery))


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({"Postcode": "ZX1 1AA"}, True),
        ({"Postcode": "zx1 1aa"}, True),
        ({"Postcode": "ZX11AA"}, True),
        ({"Postcode": "ZX1 1AB"}, False),
        ({"Postcode": "ZX1 1AB", "Company Registration No. (1)": "99000001"}, True),
        ({"Company Registration No. (3)": "99000001", "Proprietor Name (3)": "EXERCISE THREE LIMITED"}, True),
        ({"Company Registration No. (1)": "123"}, True),
        ({"Company Registration No. (1)": "OC3"}, True),
        ({"Company Registration No. (1)": "99000002"}, False),
        ({"Property Address": "Zelbury Court, Zelbury"}, True),
        ({"Property Address": "ZELBURY COURT CARE HOME"}, True),
        ({"Property Address": "Zelbury Courtyard"}, False),
        ({"Property Address": "7 Pattern Close, Zelbury"}, True),
        ({"Property Address": "7 Pattern Close", "District": "XANHAM"}, False),
        ({"Property Address": "The Grange, Xanham", "District": "XANHAM"}, False),
        ({"Property Address": "The Grange, Zelbury"}, True),
        ({"Property Address": "7 Pattern Close, Zelbury", "Postcode": "ZX9 9ZZ"}, False),
        ({"Property Address": "Zelbury Court", "Postcode": "ZX9 9ZZ", "Multiple Address Indicator": "Y"}, True),
        ({"Property Address": 'Known as "Zelbury Court"'}, True),
    ],
)
def test_which_titles_matter(tmp_path: Path, cells: dict[str, str], wanted: bool):
    homes = [
        Address("Zelbury Court Care Home", ("9 Pattern Close", "Zelbury"), "Zelbury", "ZX1 1AA"),
        Address("The Grange Nursing Home", ("1 Model Avenue", "Zelbury"), "Zelbury", None),
        Address("The Grange", ("1 Trial Way", "Zorham"), "Zorham", None),
    ]
    search = wanted_titles(homes, ["gb-coh:99000001", "gb-coh:00000123", "gb-coh:OC000003"])
    others = [row(**{"Title Number": f"ZY{n}", "Postcode": "ZX8 8ZZ"}) for n in range(3)]
    path = written(tmp_path / "CCOD_FULL_2026_05.csv", *others[:2], row(**cells), others[2])
    assert ("ccod:ZX1" in titles(read(path, search))) is wanted
    told = [fault.reason for fault in faults(read(path, search)) if "concern no care home" in fault.reason]
    assert len(told) == 1 and told[0].startswith(f"{4 - wanted} of 4 rows")


CELLS = st.sampled_from(["", "N", "Y", "ZX1 1AA", "99000001", "123", "x", 'a "b", c', '","N","', "Zelbury Court", ","])


@settings(max_examples=80)
@given(st.lists(st.lists(CELLS, min_size=35, max_size=35), min_size=1, max_size=6))
def test_the_quick_search_finds_every_row_that_reading_each_row_finds(rows: list[list[str]]):
    wanted = WantedTitles(
        frozenset({"gb-coh:99000001", "gb-coh:00000123"}), frozenset({"ZX1 1AA"}), {"ZELBURY COURT": frozenset()}
    )
    search = TitleSearch(wanted, Layout(overseas=False, changes=False))
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    found, count = search.found_in(text.getvalue().encode())
    assert count == len(rows)
    assert [at for at, _ in found] == [at for at, cells in enumerate(rows) if search.concerns(cells)]


def test_who_sells_to_a_stranger_has_sold(tmp_path: Path):
    was = row(**{"Company Registration No. (1)": "99000001", "Change Indicator": "D", "Change Date": "02-05-2026"})
    now = row(
        **{"Proprietor Name (1)": "EXERCISE STRANGER LIMITED", "Change Indicator": "A", "Change Date": "02/05/2026"}
    )
    items = read(
        written(tmp_path / "CCOD_COU_2026_06.csv", was, now, changes=True),
        WantedTitles(frozenset({"gb-coh:99000001"})),
    )
    (record,) = titles(items).values()
    assert (record.removed_on, [p.name for p in record.proprietors or ()]) == (None, ["EXERCISE STRANGER LIMITED"])
    assert sorted(item.row or 0 for item in items if isinstance(item, Observation)) == [2, 3]


@pytest.mark.parametrize(
    ("cells", "field", "lost"),
    [
        ({"Title Number": "none given"}, "Title Number", True),
        ({"Date Proprietor Added": "31-02-2020"}, "Date Proprietor Added", False),
        ({"Date Proprietor Added": "01-01-2090"}, "Date Proprietor Added", False),
        ({"Multiple Address Indicator": "?"}, "Multiple Address Indicator", False),
        ({"Postcode": "nowhere"}, "Postcode", False),
        ({"Tenure": "Feuhold"}, "Tenure", False),
        ({"Proprietor Name (1)": ""}, "Proprietor Name (1)", False),
        ({"Proprietor Name (1)": "EXERCISE\x07LIMITED"}, "Proprietor Name (1)", False),
    ],
)
def test_what_cannot_be_read_is_told_by_row_and_field(tmp_path: Path, cells: dict[str, str], field: str, lost: bool):
    items = read(written(tmp_path / "CCOD_FULL_2026_05.csv", row(**cells)))
    assert any(f.field == field and f.loses_row is lost and (f.row or not lost) for f in faults(items))
    assert bool(titles(items)) is not lost


def test_a_row_of_too_few_cells_is_held_back_by_its_title_and_the_others_stand(tmp_path: Path):
    path = written(tmp_path / "CCOD_FULL_2026_05.csv", row(), row(**{"Title Number": "ZX2"}))
    path.write_bytes(path.read_bytes().replace(b'"ZX1","Freehold",', b'"ZX1",', 1))
    for wanted in (None, HOME):
        items = read(path, wanted)
        assert [(f.row, f.record_id) for f in faults(items) if f.loses_row] == [(2, "ccod:ZX1")]


def test_a_header_that_is_not_exactly_the_published_one_is_refused_with_the_column(tmp_path: Path):
    path = written(tmp_path / "CCOD_FULL_2026_05.csv", row())
    path.write_bytes(path.read_bytes().replace(b",Postcode,", b",Post code,", 1))
    with pytest.raises(Unreadable, match=r"column 7 is 'Post code'.*'Postcode'"):
        read(path)
    assert layout_of(b"a,b") == "its first column is 'a', where the lists have 'Title Number'"
    assert layout_of(",".join((*CCOD, "Council Tax")).encode()) == Layout(False, False, ("Council Tax",))
    assert (trailer_of(b'"Row Count:12"\r'), trailer_of(b'"ZX1"')) == (12, None)


def test_the_form_of_the_file_does_not_matter(tmp_path: Path):
    plain = titles(read(CASE))
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in FILES:
            archive.write(CASE / file, file)
        archive.writestr("README.txt", "about the files")
    assert titles(read(tmp_path / "all.zip")) == plain
    folder = tmp_path / "mixed"
    folder.mkdir()
    for file in FILES[:2]:
        (folder / f"{file}.gz").write_bytes(gzip.compress((CASE / file).read_bytes()))
    for file in FILES[2:]:
        shutil.copy(CASE / file, folder)
    assert titles(read(folder)) == plain
    cut = tmp_path / "CCOD_FULL_2026_05.zip"
    cut.write_bytes((tmp_path / "all.zip").read_bytes()[:-40])
    with pytest.raises(Unreadable, match="cut short"):
        read(cut)


def test_a_file_of_changes_is_of_the_eve_of_its_months_list():
    days = {file.origin: file.day for file in list_files(sorted(CASE.glob("*.csv")), today=TODAY, as_at=None)}
    assert days["CCOD_FULL_2026_05.csv"] == date(2026, 5, 1)
    assert days["CCOD_COU_2026_06.csv"] == date(2026, 5, 31)


def test_nothing_is_read_before_the_licence_is_accepted_and_for_a_year_after(engine: Engine):
    with pytest.raises(NotAccepted, match="longstop accept hmlr --by NAME"):
        replay("hmlr", CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", date(2025, 1, 1)))
    with pytest.raises(NotAccepted, match="Exercise Council on 2025-01-01"):
        replay("hmlr", CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    accepting(engine)
    assert replay("hmlr", CASE, engine=engine, today=TODAY, learnt=LEARNT, shown=False).state == "published"


def test_plain_words_are_the_same_however_a_name_is_written():
    assert plain_words("St. Mary’s (North)") == plain_words("ST MARY'S, NORTH") == "ST MARYS NORTH"
