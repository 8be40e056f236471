"""What changed, counted a second time: Scotland's real editions by hand, and the invented county's months."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.refresh import replay
from exercise import build_county, write_county
from exercise.county import County
from register.change_kinds import Change
from register.changes import compare
from register.database import open_database
from register.digest import arrange
from register.reading import load_snapshot, register_digest

EDITIONS = (date(2021, 3, 22), date(2024, 3, 31), date(2025, 5, 31))
FIRST, SECOND, THIRD = EDITIONS
SERVICES = "care_inspectorate/services"
Rows = dict[str, dict[str, str]]


def load_edition(engine: Engine, folder: Path, day: date, learnt: datetime | None = None) -> None:
    report = replay(
        "care_inspectorate",
        folder / "scotland" / f"care_homes_{day}.csv.gz",
        engine=engine,
        today=date(2025, 6, 15),
        learnt=learnt or datetime(2025, 6, 15, 3, tzinfo=UTC),
        as_at=day,
        shown=False,
    )
    assert report.state == "published", report.reasons


def rows_of(folder: Path, day: date) -> Rows:
    """The file read by nothing of Longstop's: rows by number."""
    with gzip.open(folder / "scotland" / f"care_homes_{day}.csv.gz", "rt", encoding="utf-8") as file:
        return {row["CSNumber"].strip(): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def scotland(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{(tmp_path_factory.mktemp('scotland') / 'register.db').as_posix()}")
    for day in EDITIONS:
        load_edition(engine, shared_data, day)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def told(scotland: Engine) -> tuple[Change, ...]:
    return compare(load_snapshot(scotland, on=SECOND), load_snapshot(scotland, on=THIRD))


@pytest.fixture(scope="module")
def files(shared_data: Path) -> tuple[Rows, Rows]:
    return rows_of(shared_data, SECOND), rows_of(shared_data, THIRD)


def of_kind(changes: tuple[Change, ...], *kinds: str) -> list[Change]:
    return [change for change in changes if change.kind in kinds]


def number(change: Change) -> str:
    return (change.home or "").removeprefix("ci:")


def test_every_number_that_vanished_or_appeared_is_told_once_and_none_is_called_closed(scotland, told, files):
    before, after = files
    vanished, appeared = set(before) - set(after), set(after) - set(before)
    assert (len(before), len(after), len(vanished), len(appeared)) == (1369, 1361, 69, 61)
    snapshot = load_snapshot(scotland, on=THIRD)
    sold_from, sold_to = set(), set()
    for change in of_kind(told, "new provider", "re-registered"):
        registrations = [r.id.removeprefix("ci:") for r in snapshot.homes[change.home].registrations]
        sold_from |= vanished & set(registrations)
        sold_to |= appeared & set(registrations)
    ended = {number(c) for c in of_kind(told, "ended, successor unknown")}
    opened = {number(c) for c in of_kind(told, "opened")}
    assert ended | sold_from == vanished and not ended & sold_from
    assert opened | sold_to == appeared and not opened & sold_to
    assert (len(ended), len(opened), len(sold_from), len(sold_to)) == (41, 33, 28, 28)
    assert of_kind(told, "closed") == [], "no list of half a year later has looked for a successor yet"


def test_the_beds_told_at_the_head_are_those_of_the_files(told, files):
    before, after = files
    details = dict(arrange([], told).details)

    def places(rows: Rows, *kinds: str) -> str:
        return f"{sum(int(rows[number(c)]['Registered_Places']) for c in of_kind(told, *kinds)):,} beds"

    assert details["ended, successor unknown"] == places(before, "ended, successor unknown") == "826 beds"
    assert details["opened"] == places(after, "opened") == "685 beds"
    assert details["rating changed"] == "144 fell, 264 rose"


def test_homes_listed_under_a_new_number_at_the_same_place_are_re_registered_and_not_opened(told, files):
    before, after = files

    def place(row: dict[str, str]) -> tuple[str, str]:
        return re.sub(r"\s", "", row["Service_Postcode"].upper()), row["Address_line_1"].strip().casefold()

    def name(row: dict[str, str]) -> tuple[str, str]:
        return place(row)[0], row["ServiceName"].strip().casefold()

    gone = [row for cs, row in before.items() if cs not in after and row["Service_Postcode"].strip()]
    places, named = {place(row) for row in gone}, {name(row) for row in gone}
    sold = {number(c) for c in of_kind(told, "new provider", "re-registered")}
    opened = {number(c) for c in of_kind(told, "opened")}
    new = {cs: row for cs, row in after.items() if cs not in before}
    at_same_address = {cs for cs, row in new.items() if place(row)[1] and place(row) in places}
    under_same_name = {cs for cs, row in new.items() if name(row) in named}
    assert (len(at_same_address), len(under_same_name), len(at_same_address | under_same_name)) == (11, 14, 21)
    assert at_same_address | under_same_name <= sold
    assert not opened & (at_same_address | under_same_name)


def test_beds_grades_and_dormancy_of_homes_on_both_lists_are_those_of_the_files(told, files):
    before, after = files
    both = set(before) & set(after)
    assert len(both) == 1300

    def differing(column: str) -> dict[str, tuple[str, str]]:
        pairs = {cs: (before[cs][column].strip(), after[cs][column].strip()) for cs in both}
        return {cs: pair for cs, pair in pairs.items() if pair[0] != pair[1]}

    beds = {
        number(c): (str(c.before), str(c.after)) for c in of_kind(told, "more beds", "fewer beds") if number(c) in both
    }
    assert beds == differing("Registered_Places")
    assert len(beds) == 80
    grades = differing("MinGrade")
    assert all(now for _, now in grades.values()), "no home lost its grade"
    rated = {number(c): (c.before or "", c.after) for c in of_kind(told, "rating changed", "first rating")}
    assert {cs: pair for cs, pair in rated.items() if cs in both} == grades
    assert Counter(bool(was) for was, _ in grades.values()) == {True: 404, False: 32}
    status = differing("ServiceStatus")
    assert {number(c) for c in of_kind(told, "dormant")} == {cs for cs, (_, now) in status.items() if now == "Inactive"}
    assert {number(c) for c in of_kind(told, "active again")} == {
        c for c, (_, now) in status.items() if now == "Active"
    }
    assert (len(of_kind(told, "dormant")), len(of_kind(told, "active again"))) == (11, 3)


def test_a_falling_grade_is_worse_than_a_rising_one_on_the_real_list(told, files):
    before, after = files
    worse = sum(
        int(before[cs]["MinGrade"]) > int(row["MinGrade"])
        for cs, row in after.items()
        if cs in before and before[cs]["MinGrade"] and row["MinGrade"]
    )
    fell = [c for c in of_kind(told, "rating changed") if c.severity < 4 and number(c) in before]
    assert len(fell) == worse == 144


def test_addresses_that_a_list_leaves_out_are_no_moves(told, files):
    before, after = files
    moved = {number(c) for c in of_kind(told, "address changed")}
    assert moved
    for cs in moved & set(before):
        assert before[cs]["Service_Postcode"].strip() and after[cs]["Service_Postcode"].strip()


def test_the_evidence_of_a_change_is_the_row_of_the_file(told, files):
    for change in of_kind(told, "fewer beds")[:5]:
        was, now = change.evidence_before, change.evidence_after
        assert was is not None and now is not None
        assert (now.feed, now.as_at, was.feed) == (SERVICES, THIRD, SERVICES)
        listed = list(files[1])[now.row - 2]
        assert listed == number(change)


def test_editions_loaded_in_any_order_make_one_register(shared_data: Path, tmp_path: Path, scotland: Engine):
    days = (date(2022, 1, 1), SECOND, THIRD)
    loaded = [load_snapshot(scotland, on=day) for day in days]
    wanted = [register_digest(scotland), *(snapshot.digest for snapshot in loaded)]
    homes = [snapshot.homes for snapshot in loaded]
    assert len(set(wanted)) == 4
    for turn, order in enumerate(permutations(EDITIONS)):
        if order == EDITIONS:
            continue  # that is how the one to compare with was loaded
        engine = open_database(f"sqlite:///{(tmp_path / f'{turn}.db').as_posix()}")
        for day in order:
            load_edition(engine, shared_data, day)
        found = [load_snapshot(engine, on=day) for day in days]
        assert [register_digest(engine), *(snapshot.digest for snapshot in found)] == wanted, order
        for ours, theirs in zip((snapshot.homes for snapshot in found), homes, strict=True):
            assert ours.keys() == theirs.keys()
            for identifier, home in ours.items():
                other = theirs[identifier]
                assert (home.status, home.joins, home.dual) == (other.status, other.joins, other.dual)
                assert [r.record for r in home.registrations] == [r.record for r in other.registrations]
        engine.dispose()


def test_editions_loaded_backwards_into_postgresql_make_the_same_register(
    shared_data: Path, scotland: Engine, postgresql_engine: Engine
):
    for day in reversed(EDITIONS):
        load_edition(postgresql_engine, shared_data, day)
    assert register_digest(postgresql_engine) == register_digest(scotland)
    for day in EDITIONS:
        assert load_snapshot(postgresql_engine, on=day).digest == load_snapshot(scotland, on=day).digest


def test_what_was_known_on_a_day_leaves_out_what_was_learnt_later(shared_data: Path, engine: Engine):
    monday, tuesday = (datetime(2025, 6, day, 3, tzinfo=UTC) for day in (16, 17))
    load_edition(engine, shared_data, THIRD, learnt=monday)
    alone = load_snapshot(engine)
    load_edition(engine, shared_data, SECOND, learnt=tuesday)
    known_then = load_snapshot(engine, known=monday.date())
    assert (known_then.digest, known_then.homes.keys()) == (alone.digest, alone.homes.keys())
    assert known_then.known == monday.date()
    gone = set(load_snapshot(engine).home_of) - set(known_then.home_of)
    assert len(gone) == 69, "the homes that only the older edition holds"
    assert compare(known_then, load_snapshot(engine)) == (), "an old edition that turns up late is no news"
    assert not load_snapshot(engine, known=date(2025, 6, 15)).homes


def load_county(engine: Engine, county: County, folder: Path, *sources: str) -> None:
    """The county's files of one month, as the English sources."""
    write_county(county, folder, formats=("csv",))
    learnt = datetime(county.as_at.year, county.as_at.month, 2, 3, tzinfo=UTC)
    for source in sources:
        path = folder / ("cqc_api" if source == "cqc_api" else "cqc_directory_csv")
        report = replay(source, path, engine=engine, today=county.as_at, learnt=learnt, as_at=county.as_at, shown=False)
        assert report.state == "published", report.reasons


#: What the county's own sentences say, and the kind that the register must tell. A home that closed this month is a
#: candidate: only half a year of lists can show that nobody came after.
SAID = {
    "was sold to": "new provider",
    "closed on": "ended, successor unknown",
    "beds since": "more beds",
    "was rated": "rating changed",
    "opened on": "opened",
}


def expected(county: County, later: County) -> Counter[tuple[str, str]]:
    """Kind and home of what happened, from the county's own account; a rating given again is no change."""
    found: Counter[tuple[str, str]] = Counter()
    for sentence in later.changes[len(county.changes) :]:
        kind = next(kind for words, kind in SAID.items() if words in sentence)
        ids = re.findall(r"EX-\d+", sentence)
        home = ids[-1] if kind == "new provider" else ids[0]
        if kind == "rating changed":
            was, now = (c.stock.registrations[home].rating for c in (county, later))
            if was is None:
                kind = "first rating"
            elif was.overall == now.overall:
                continue
        found[kind, f"exercise:{home}"] += 1
    return found


@pytest.mark.parametrize("sources", [("cqc_api",), ("cqc_directory",), ("cqc_api", "cqc_directory")], ids="+".join)
@pytest.mark.parametrize("seed", [3, 7])
def test_a_month_in_the_invented_county_is_told_as_it_happened(
    engine: Engine, tmp_path: Path, seed: int, sources: tuple[str, ...]
):
    county = build_county(60, seed)
    later = county.later(1)
    load_county(engine, county, tmp_path / "november", *sources)
    load_county(engine, later, tmp_path / "december", *sources)
    told = compare(load_snapshot(engine, on=county.as_at), load_snapshot(engine, on=later.as_at))
    assert Counter((c.kind, c.home) for c in told) == expected(county, later)
    assert 4 <= len(told) <= 5


def test_after_nine_months_the_first_closure_is_called_one(engine: Engine, tmp_path: Path):
    county = build_county(40, 3)
    later = county.later(9)
    load_county(engine, county, tmp_path / "first", "cqc_api")
    load_county(engine, later, tmp_path / "ninth", "cqc_api")
    told = compare(load_snapshot(engine, on=county.as_at), load_snapshot(engine, on=later.as_at))
    closures = [sentence.split()[0] for sentence in later.changes if " closed on " in sentence]
    ends = {c.home.removeprefix("exercise:"): c.kind for c in told if c.kind in ("closed", "ended, successor unknown")}
    assert set(ends) <= set(closures), "no home that was sold is called closed"
    assert ends[closures[0]] == "closed" and ends[closures[-1]] == "ended, successor unknown"
