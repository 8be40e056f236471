"""Runs in: published whole, kept aside whole, or not at all; history in both senses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_cases import FEED, LENIENT, a_list, a_location, believed, load, seen, version_rows
from sqlalchemy import Engine

from register.checks import Checks
from register.database import open_database
from register.intake import Intake
from register.reading import load_snapshot, register_digest
from register.records import Fault, LocationRecord
from register.status import quarantine_rows, source_states

MAY, JUNE, JULY = date(2025, 5, 31), date(2025, 6, 30), date(2025, 7, 31)


def test_the_same_list_twice_writes_no_row_of_history(engine: Engine, tmp_path: Path) -> None:
    homes = [a_location(n) for n in range(30)]
    first = load(engine, tmp_path, a_list(MAY, homes))
    rows, digest = version_rows(engine), register_digest(engine)
    second = load(engine, tmp_path, a_list(MAY, homes))
    assert (first.deliveries[0].published, second.deliveries[0].unchanged) == (30, 30)
    assert (version_rows(engine), register_digest(engine)) == (rows, digest)


def test_a_home_absent_from_a_complete_list_ended_and_from_an_incomplete_one_did_not(
    engine: Engine, tmp_path: Path
) -> None:
    one, two = a_location(1), a_location(2)
    load(engine, tmp_path, a_list(MAY, [one, two]))
    load(engine, tmp_path, a_list(JUNE, [one], complete=False))
    assert [row[2] for row in believed(engine)] == [None, None]
    report = load(engine, tmp_path, a_list(JULY, [one]))
    assert report.deliveries[0].ended == 1
    assert [row[2] for row in believed(engine)] == [None, JULY]


def test_a_quarantined_row_never_looks_like_an_absent_home(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, a_list(MAY, [a_location(1), a_location(2)]))
    lost = Fault(
        feed=FEED, origin="list.csv", row=3, field="beds", found="many", reason="?", record_id="exercise:EX-002"
    )
    report = load(engine, tmp_path, [*a_list(JUNE, [a_location(1)]), lost])
    assert [row[2] for row in believed(engine)] == [None, None]
    assert report.deliveries[0].ended == 0
    assert load_snapshot(engine).homes["exercise:EX-002"].status == "open"


def test_a_row_whose_id_cannot_be_read_stops_its_list_from_ending_anything(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, a_list(MAY, [a_location(1), a_location(2)]))
    lost = Fault(feed=FEED, origin="list.csv", row=3, field="id", found="#REF!", reason="not an id")
    report = load(engine, tmp_path, [*a_list(JUNE, [a_location(1)]), lost])
    assert [row[2] for row in believed(engine)] == [None, None]
    assert "ended nothing" in report.notes[0]


def test_every_row_handed_over_is_published_unchanged_or_in_quarantine(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, a_list(MAY, [a_location(1), a_location(2)]))
    items = a_list(JUNE, [a_location(1), a_location(1), a_location(2, beds=25), a_location(2, beds=26), a_location(3)])
    items.append(Fault(feed=FEED, origin="list.csv", row=9, reason="no", record_id="exercise:EX-009"))  # type: ignore[arg-type]
    items.append(Fault(feed=FEED, origin="list.csv", row=2, field="rating", reason="no", loses_row=False))  # type: ignore[arg-type]
    one = load(engine, tmp_path, items).deliveries[0]
    assert (one.handed, one.published, one.unchanged, one.quarantined, one.fields_unread) == (6, 2, 2, 2, 1)
    (state,) = source_states(engine, JULY)
    (shown,) = state.lists
    assert shown.handed == shown.published + shown.unchanged + shown.quarantined == 6
    reasons = [(row.row, row.reason[:12]) for row in quarantine_rows(engine)]
    assert (5, "duplicate id") in reasons
    assert len(reasons) == 3


CONTENTS = st.dictionaries(st.integers(1, 3), st.integers(1, 2), max_size=3)
LISTS = st.lists(st.tuples(CONTENTS, st.booleans(), st.sets(st.integers(1, 3), max_size=1)), min_size=2, max_size=4)


@settings(max_examples=25)
@given(lists=LISTS, data=st.data())
def test_lists_loaded_in_any_order_give_the_same_register(
    tmp_path_factory: pytest.TempPathFactory,
    new_register: Callable[[Path], Engine],
    lists: list[tuple[dict[int, int], bool, set[int]]],
    data: st.DataObject,
) -> None:
    months = [date(2025, month, 1) for month in range(1, len(lists) + 1)]
    runs = []
    for month, (beds, complete, lost) in zip(months, lists, strict=True):
        homes = [a_location(n, beds=beds[n]) for n in sorted(beds) if n not in lost]
        faults = [
            Fault(feed=FEED, origin=f"{month}", reason="bad", record_id=f"exercise:EX-{n:03d}") for n in sorted(lost)
        ]
        runs.append([*a_list(month, homes, complete=complete, origin=f"{month}"), *faults])
    orders = [runs, data.draw(st.permutations(runs))]
    results = []
    for order in orders:
        folder = tmp_path_factory.mktemp("order")
        engine = new_register(folder / "register.db")
        for items in order:
            load(engine, folder, items, checks=Checks(max_fall=1.0, max_quarantined=1.0))
        results.append((believed(engine), register_digest(engine)))
        engine.dispose()
    assert results[0] == results[1]


def test_three_editions_in_one_run_are_as_three_runs(engine: Engine, tmp_path: Path) -> None:
    editions = [
        a_list(day, [a_location(1, beds=beds)], origin=f"{day}") for day, beds in ((JULY, 22), (MAY, 20), (JUNE, 21))
    ]
    load(engine, tmp_path, [item for edition in editions for item in edition])
    assert believed(engine) == [
        ("exercise:EX-001", MAY, JUNE, 20),
        ("exercise:EX-001", JUNE, JULY, 21),
        ("exercise:EX-001", JULY, None, 22),
    ]


def test_a_later_learnt_edition_of_the_same_day_wins_and_the_old_belief_can_be_replayed(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, tmp_path, a_list(MAY, [a_location(1, beds=20)]), learnt=datetime(2025, 6, 1, tzinfo=UTC))
    load(engine, tmp_path, a_list(MAY, [a_location(1, beds=12)]), learnt=datetime(2025, 7, 1, tzinfo=UTC))
    assert believed(engine) == [("exercise:EX-001", MAY, None, 12)]
    then = load_snapshot(engine, on=MAY, known=date(2025, 6, 15))
    assert then.homes["exercise:EX-001"].beds(MAY) == 20
    assert load_snapshot(engine, on=MAY).homes["exercise:EX-001"].beds(MAY) == 12


def test_a_run_that_lost_half_the_homes_is_kept_aside_and_the_source_is_stale(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, a_list(MAY, [a_location(n) for n in range(10)]))
    before = register_digest(engine)
    report = load(engine, tmp_path, a_list(JUNE, [a_location(n) for n in range(5)]), checks=Checks())
    assert report.state == "kept aside"
    assert "has 5 rows where the list before it had 10" in report.reasons[0]
    assert register_digest(engine) == before
    (state,) = source_states(engine, date(2025, 7, 1))
    assert state.stale
    assert state.as_at == MAY
    assert "kept aside" in state.issues[0]
    assert (tmp_path / "aside-rqia.jsonl").exists()


def test_records_without_a_list_and_days_to_come_are_refused_with_a_sentence(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, tmp_path, [seen(a_location(1))])
    assert report.state == "kept aside"
    assert "no list of that feed was announced" in report.reasons[0]
    late = load(engine, tmp_path, a_list(date(2031, 1, 1), [a_location(1)]))
    assert "a day that has not come" in late.reasons[0]


def test_values_that_no_database_can_hold_end_in_quarantine(engine: Engine, tmp_path: Path) -> None:
    bad = [a_location(1, beds=10**12), a_location(2, name="A\x00B"), a_location(3, latitude=float("nan"))]
    report = load(engine, tmp_path, a_list(MAY, [*bad, a_location(4)]))
    assert (report.deliveries[0].published, report.deliveries[0].quarantined) == (1, 3)
    assert [row.field for row in quarantine_rows(engine)] == ["beds", "name", "latitude"]


def test_a_run_that_ends_by_an_exception_is_abandoned_and_named(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Intake(engine, "rqia", learnt=datetime.now(UTC), spool_dir=tmp_path) as run:
        run.take(seen(a_location(1)))
        raise ZeroDivisionError("half-way")
    assert version_rows(engine) == 0
    assert list(tmp_path.glob("staged-*")) == []
    (state,) = source_states(engine, MAY)
    assert "half-way" in state.issues[0]


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
sys.path.insert(0, sys.argv[4])
import register.intake, register.publication
from intake_cases import a_list, a_location, load
from register.database import open_database

def killed(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[3]
if where == "staging":
    register.intake.judge = killed
elif where == "publishing":
    real = register.publication._execute
    register.publication._execute = lambda *a, **k: (real(*a, **k), killed())
elif where == "before the end":
    register.intake.write_quarantine = killed
homes = [a_location(n, beds=n) for n in range(200)]
load(open_database(sys.argv[1]), Path(sys.argv[2]), a_list(date(2025, 6, 30), homes))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("where", ["staging", "publishing", "before the end"])
def test_a_run_killed_at_any_moment_and_run_again_gives_the_same_register(tmp_path: Path, where: str) -> None:
    months = {MAY: [a_location(n) for n in range(200)], JUNE: [a_location(n, beds=n) for n in range(200)]}
    digests = []
    for name in ("undisturbed", "killed"):
        url = f"sqlite:///{tmp_path / name}.db"
        spool = tmp_path / f"spool {name}"
        engine = open_database(url)
        load(engine, spool, a_list(MAY, months[MAY]))
        if name == "killed":
            before = register_digest(engine)
            here = str(Path(__file__).parent)
            ended = subprocess.run([sys.executable, "-c", KILLED, url, str(spool), where, here], check=False)
            assert ended.returncode == -signal.SIGKILL
            assert register_digest(engine) == before
            assert len(list(spool.glob("staged-*"))) == 1
        load(engine, spool, a_list(JUNE, months[JUNE]))
        assert list(spool.glob("staged-*")) == []
        digests.append((register_digest(engine), load_snapshot(engine).digest))
        if name == "killed":
            with engine.connect() as connection:
                states = [row[0] for row in connection.exec_driver_sql("SELECT state FROM run ORDER BY id")]
            assert states == ["published", "abandoned", "published"]
        engine.dispose()
    assert digests[0] == digests[1]


def test_a_run_that_is_going_on_is_not_taken_for_one_that_was_killed(engine: Engine, tmp_path: Path) -> None:
    first = Intake(engine, "rqia", learnt=datetime(2026, 1, 1, tzinfo=UTC), spool_dir=tmp_path)
    second = Intake(engine, "ciw", learnt=datetime(2026, 1, 1, tzinfo=UTC), spool_dir=tmp_path)
    for item in a_list(MAY, [a_location(1)]):
        first.hand_over(item)
        second.hand_over(item)
    assert (second.publish(LENIENT).state, first.publish(LENIENT).state) == ("published", "published")


def test_records_are_kept_whole(engine: Engine, tmp_path: Path) -> None:
    record = LocationRecord(
        id="exercise:EX-001",
        name="Home",
        care_home=True,
        dormant=False,
        beds=0,
        service_types=("Nursing homes",),
        activities=(),
        latitude=53.5372634,
        longitude=-2.0843357,
        registered_on=date(2011, 1, 1),
    )
    load(engine, tmp_path, a_list(MAY, [record]))
    assert load_snapshot(engine).homes["exercise:EX-001"].current.record == record


def test_permutations_of_three_real_months_agree(tmp_path: Path) -> None:
    months = [
        a_list(day, [a_location(n, beds=n + month) for n in range(month, 8)], origin=str(day))
        for month, day in enumerate((MAY, JUNE, JULY))
    ]
    digests = set()
    for number, order in enumerate(permutations(months)):
        engine = open_database(f"sqlite:///{tmp_path / str(number)}.db")
        for items in order:
            load(engine, tmp_path, items)
        digests.add((register_digest(engine), load_snapshot(engine, on=JUNE).digest))
        engine.dispose()
    assert len(digests) == 1
