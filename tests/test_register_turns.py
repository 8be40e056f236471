"""One run of a source at a time: on one machine, and on all machines that share one PostgreSQL database."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_cases import a_list, a_location
from sqlalchemy import Engine, text

from register.database import open_database
from register.intake import AlreadyRunning, Intake, IntakeProblem
from register.turns import SourceTurn

LEARNT = datetime(2026, 6, 1, 3, tzinfo=UTC)


@pytest.fixture
def two_machines(postgresql_engine: Engine, tmp_path: Path):
    """Two machines with folders of their own and one database."""
    other = open_database(postgresql_engine.url)
    yield (postgresql_engine, tmp_path / "one"), (other, tmp_path / "other")
    other.dispose()


def end_sessions(engine: Engine) -> None:
    """End every session of the database but this one, as a server that starts anew does, and wait until it has."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(text(f"SELECT count(pg_terminate_backend(pid)) {others}")).scalar_one():
            time.sleep(0.02)


def test_two_machines_with_one_database_do_not_run_one_source_at_once(two_machines) -> None:
    (one, here), (other, there) = two_machines
    first = Intake(one, "rqia", learnt=LEARNT, spool_dir=here)
    with pytest.raises(AlreadyRunning, match="rqia: another run of this source is going on"):
        Intake(other, "rqia", learnt=LEARNT, spool_dir=there)
    Intake(other, "ciw", learnt=LEARNT, spool_dir=there).abandon("another source")
    first.abandon("enough")
    Intake(other, "rqia", learnt=LEARNT, spool_dir=there).abandon("its turn has come")


def test_a_turn_ends_with_the_session_that_holds_it(two_machines) -> None:
    (one, here), (other, there) = two_machines
    SourceTurn(one, here, "rqia")
    end_sessions(other)
    SourceTurn(other, there, "rqia").end()


def test_a_run_whose_session_was_lost_goes_on_unless_another_has_begun(two_machines) -> None:
    (one, here), (other, there) = two_machines
    run = Intake(one, "rqia", learnt=LEARNT, spool_dir=here)
    for item in a_list(LEARNT.date(), [a_location(1)]):
        run.hand_over(item)
    end_sessions(other)
    assert run.publish().state == "published"
    late = Intake(one, "rqia", learnt=LEARNT, spool_dir=here)
    end_sessions(other)
    second = Intake(other, "rqia", learnt=LEARNT, spool_dir=there)
    with pytest.raises(IntakeProblem, match="another run of this source has begun since"):
        late.publish()
    second.abandon("enough")
