"""Settings and opening the database: where values come from, and one clear sentence for each thing that is wrong."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from register.checks import Checks, Counted, judge
from register.database import DatabaseProblem, open_database
from register.models import VERSIONS, Base, Version, table_of
from register.settings import SettingsProblem, mask, read_settings


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No longstop.toml but the test's, and no setting of the person who runs the tests."""
    import os

    for name in list(os.environ):
        if name.upper().startswith("LONGSTOP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "longstop.toml").write_text(
        'data_dir = "from-file"\nLONGSTOP_OSRM_URL = "http://127.0.0.1:5000"\ncqc_api_key = "secret-of-the-file-1"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("LONGSTOP_OSRM_URL", "http://127.0.0.1:6000")
    monkeypatch.setenv("LONGSTOP_CQC_API_URL", "http://127.0.0.1:7000/public/v1/")
    settings = read_settings()
    assert settings.data_dir == tmp_path / "from-file"
    assert settings.osrm_url == "http://127.0.0.1:6000"
    assert settings.database_url == f"sqlite:///{tmp_path.as_posix()}/from-file/longstop.db"
    assert settings.source_url("cqc_api") == "http://127.0.0.1:7000/public/v1"
    assert (settings.source_key("cqc_api"), settings.source_key("companies_house")) == ("secret-of-the-file-1", None)
    origins = {row.name: row.origin for row in settings.effective(["cqc_api"])}
    assert origins["LONGSTOP_OSRM_URL"] == "environment"
    assert origins["LONGSTOP_DATA_DIR"] == origins["LONGSTOP_CQC_API_KEY"] == "longstop.toml"
    assert origins["LONGSTOP_DATABASE_URL"] == "default"


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSTOP_CQC_API_KEY", "0123456789abcdef")
    monkeypatch.setenv("LONGSTOP_DATABASE_URL", "postgresql+psycopg://me:hunter2@db.example.org/longstop")
    shown = " ".join(str(row.value) for row in read_settings().effective(["cqc_api"]))
    assert "******ef" in shown
    assert "0123456789" not in shown
    assert "hunter2" not in shown
    assert mask("short") == "******"


def test_a_home_folder_of_nobody_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", "~nobody-of-this-name/longstop")
    with pytest.raises(SettingsProblem, match="LONGSTOP_DATA_DIR"):
        read_settings()


@pytest.mark.parametrize("text", ["database_url = ", "database_url = [1]", "[cqc_api]\nurl = 'x'"])
def test_a_settings_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "longstop.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsProblem, match=r"longstop\.toml"):
        read_settings()


def test_the_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_migrations_make_the_tables_of_the_models_on_postgresql_too(postgresql_engine: Engine) -> None:
    with postgresql_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.parametrize("kind", VERSIONS)
def test_a_table_of_history_has_a_column_for_each_field_of_its_record(kind: type[msgspec.Struct]) -> None:
    columns = set(table_of(VERSIONS[kind]).columns.keys())  # type: ignore[index]
    shared = {name for name in vars(Version) if not name.startswith("_")} - {"registry", "metadata"}
    assert columns == set(kind.__struct_fields__) | shared


def test_opening_again_changes_nothing_and_makes_missing_folders(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'not' / 'yet' / 'there.db'}"
    open_database(url).dispose()
    engine = open_database(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and long enough to be read as a header. " * 20, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(DatabaseProblem, match="not a database"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_register_of_a_newer_longstop_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    open_database(f"sqlite:///{path}").dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseProblem, match="newer Longstop"):
        open_database(f"sqlite:///{path}")


def test_a_locked_register_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("register.database.BUSY_MS", 50)
    path = tmp_path / "locked.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseProblem, match="locked"):
        open_database(f"sqlite:///{path}")
    other.close()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://me@127.0.0.1/x",
        "postgresql+psycopg://me:pw@127.0.0.1:9/none?connect_timeout=2",
        "sqlite:////proc/no/x.db",
    ],
)
def test_an_address_that_cannot_be_opened_gives_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(DatabaseProblem) as problem:
        open_database(url)
    assert "\n" not in str(problem.value)
    assert ":pw@" not in str(problem.value)


MAY = date(2025, 5, 31)


def counted(rows: int, *, lost: int = 0, complete: bool = True, beds: int | None = None) -> Counted:
    """One list with some rows, all care homes."""
    filled = {"beds": rows if beds is None else beds}
    return Counted("f/l", MAY, complete, rows, lost, rows, rows, filled)


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_a_complete_list_may_not_fall_by_more_than_the_share(before: int, now: int) -> None:
    verdict = judge(Checks(max_fall=0.2), [counted(now, lost=0)], {("f/l", MAY): before}, learnt=MAY)
    assert verdict.good == (now > 0 and now >= before * (1 - 0.2))
    assert judge(Checks(), [counted(now, complete=False)], {("f/l", MAY): before}, learnt=MAY).good


def test_floors_on_counts_hold_only_at_the_publishers_own_address_and_fill_rates_everywhere() -> None:
    floors = {"f/l": {"rows": 400, "care_homes": 380, "beds_known": 0.98}}
    small = [counted(50, beds=50)]
    assert judge(Checks(floors=floors), small, {}, learnt=MAY).good
    assert len(judge(Checks(floors=floors, publisher_address=True), small, {}, learnt=MAY).reasons) == 2
    poor = judge(Checks(floors=floors), [counted(50, beds=40)], {}, learnt=MAY)
    assert poor.reasons == ("f/l as at 2025-05-31: beds_known is 80.0%, below the floor of 98.0%.",)
    high = judge(Checks(ceilings={"f/l": {"rows": 40}}), small, {}, learnt=MAY)
    assert "above the ceiling of 40" in high.reasons[0]


def test_too_many_rows_in_quarantine_an_empty_list_and_no_list_at_all_are_not_published() -> None:
    assert judge(Checks(), [counted(79, lost=21)], {}, learnt=MAY).reasons[0].startswith("f/l as at 2025-05-31: 21 of")
    assert judge(Checks(), [counted(81, lost=19)], {}, learnt=MAY).good
    assert "is empty" in judge(Checks(), [counted(0)], {}, learnt=MAY).reasons[0]
    assert judge(Checks(), [], {}, learnt=MAY).reasons == ("The run delivered no list at all.",)


def test_what_is_computed_may_find_nothing_and_is_published_all_the_same() -> None:
    empty = counted(0)
    assert judge(Checks(may_be_empty=frozenset({"f/l"})), [empty], {("f/l", MAY): 0}, learnt=MAY).good
    assert not judge(Checks(may_be_empty=frozenset({"f/other"})), [empty], {}, learnt=MAY).good
