"""What the morning is told: remarks by kind, lists that were not read whole, runs that were killed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from intake_cases import FEED, LENIENT, a_list, a_location, load
from sqlalchemy import Engine

from register.records import Fault
from register.spool import Spool
from register.status import MOST_REMARKS, SourceState, source_states

DAY, TODAY = date(2026, 5, 31), date(2026, 6, 1)


def remark(reason: str, **more: object) -> Fault:
    return Fault(feed=FEED, origin="list.csv", reason=reason, loses_row=False, **more)  # type: ignore[arg-type]


def state_after(engine: Engine, folder: Path, *faults: Fault) -> SourceState:
    load(engine, folder, [*a_list(DAY, [a_location(n) for n in range(3)]), *faults], checks=LENIENT)
    (state,) = source_states(engine, TODAY)
    return state


def test_remarks_are_told_by_field_and_kind_the_most_frequent_first(engine: Engine, tmp_path: Path) -> None:
    state = state_after(
        engine,
        tmp_path,
        remark("is not a date", field="opened", found="'soon'", row=2),
        remark("is not a whole number", field="beds", found="'ten'", row=3),
        remark("is not a whole number", field="beds", found="'six'", row=4),
    )
    assert state.issues[-2:] == (
        f"{FEED}, beds: is not a whole number (2 times, such as 'six').",
        f"{FEED}, opened: is not a date (1 time, such as 'soon').",
    )
    assert not state.partial and not state.stale


def test_only_so_many_kinds_of_remark_are_told_and_the_rest_are_counted(engine: Engine, tmp_path: Path) -> None:
    many = [remark("is odd", field=f"field {n:02d}", row=2) for n in range(MOST_REMARKS + 3)]
    state = state_after(engine, tmp_path, *many)
    assert state.issues[-1].startswith("3 further kinds of remark")


def test_what_is_said_of_a_list_as_a_whole_makes_its_source_partial(engine: Engine, tmp_path: Path) -> None:
    state = state_after(engine, tmp_path, remark("half of it did not come"))
    assert state.partial and state.issues == (f"{FEED}: half of it did not come.",)


def test_a_run_that_was_killed_is_named_before_any_other_run_has_cleared_up(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, a_list(DAY, [a_location(1)]))
    spool = Spool(tmp_path, "rqia", datetime(2026, 6, 1, 2, tzinfo=UTC))
    assert not source_states(engine, TODAY, spool_dir=tmp_path)[0].stale, "a run that is going on is no trouble"
    kept = spool.path.read_bytes()
    spool.remove()
    spool.path.write_bytes(kept)
    (state,) = source_states(engine, TODAY, spool_dir=tmp_path)
    assert state.stale
    assert "A run that began on 2026-06-01 02:00 was killed before its end; it published nothing." in state.issues


def test_both_databases_tell_the_same(engine: Engine, postgresql_engine: Engine, tmp_path: Path) -> None:
    faults = (
        remark("half of it did not come"),
        remark("is odd", field="beds", row=2),
        remark("is odd", field="beds", row=3),
    )
    states = [state_after(one, tmp_path / str(n), *faults) for n, one in enumerate((engine, postgresql_engine))]
    assert states[0] == states[1]
