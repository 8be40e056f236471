"""Opens the register's database: SQLite for one desk, PostgreSQL for a council's server; same tables, same answers.

Opening brings the tables up to date (Alembic migrations shipped inside the package).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from register.refusal import Refusal
from register.settings import Settings

#: How long a writer waits for another to finish, in milliseconds, before it says that the register is busy.
BUSY_MS = 30_000

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class DatabaseProblem(Refusal, RuntimeError):
    """The database cannot be used. The message is one sentence: which database, what is wrong, what to do."""


def open_database(where: Settings | URL | str) -> Engine:
    """An engine whose tables are up to date.

    ``where`` is the settings, or a SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``).
    Raises DatabaseProblem for an address that cannot be read, a server that does not answer, a file that is locked
    or no database, and a register written by a newer Longstop.
    """
    try:
        url = make_url(where.database_url if isinstance(where, Settings) else where)
    except ArgumentError:
        raise DatabaseProblem(
            "the database address is not a SQLAlchemy URL such as sqlite:///longstop.db; see LONGSTOP_DATABASE_URL."
        ) from None
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseProblem(f"{shown}: only sqlite and postgresql+psycopg databases are supported.")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise DatabaseProblem(f"{shown}: its folder cannot be made ({problem.strerror}).") from None
    # A session may be held for hours while a source is crawled: the way to the server must not forget it.
    alive = {"keepalives_idle": 60} if url.get_backend_name() == "postgresql" else {}
    try:
        engine = create_engine(url, connect_args=alive)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise DatabaseProblem(
            f"{shown}: the PostgreSQL driver is not installed; install longstop[postgresql]."
        ) from None
    if url.get_backend_name() == "sqlite":
        _speak_to_sqlite(engine)
    try:
        _migrate(engine, shown)
    except DatabaseProblem:
        engine.dispose()
        raise
    except (SQLAlchemyError, sqlite3.Error) as problem:
        engine.dispose()
        raise explained(shown, problem) from None
    return engine


def _speak_to_sqlite(engine: Engine) -> None:
    """SQLite's settings: readers never wait for the writer, references hold, a second writer waits its turn."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we begin transactions ourselves: the driver begins them too late
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("longstop_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer can run beside: publishing reads what is believed and then changes it.

    Raises DatabaseProblem where another process writes for longer than ``BUSY_MS``, or the disk is full.
    """
    try:
        with engine.connect().execution_options(longstop_writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE"))
            yield connection
    except DBAPIError as problem:
        raise explained(engine.url.render_as_string(hide_password=True), problem) from problem


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees the register as it was at its start, whatever is published meanwhile."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    try:
        with engine.connect().execution_options(**level) as connection, connection.begin():
            yield connection
    except DBAPIError as problem:
        raise explained(engine.url.render_as_string(hide_password=True), problem) from problem


def reconnect(engine: Engine) -> None:
    """Let go of connections made earlier: a SQLite file deleted since then would take what is written, and lose it."""
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        engine.dispose()


def _migrate(engine: Engine, shown: str) -> None:
    """Run the migrations that this database has not had. DatabaseProblem where it has had ones we do not know."""
    known = sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection, connection.begin():
        has = _revision(connection)
    if has == known[-1]:
        return
    if has is not None and has not in known:
        raise DatabaseProblem(
            f"{shown}: it was written by a newer Longstop (schema {has}); upgrade longstop to open it."
        )
    # Alembic takes longer to read than a register to open, and is wanted once in a register's life.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with writing_ddl(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as problem:
        raise explained(shown, problem) from None


@contextmanager
def writing_ddl(engine: Engine) -> Iterator[Connection]:
    """A transaction for migrations: two processes that open a new database at once migrate it once."""
    with engine.connect().execution_options(longstop_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7013)"))
        yield connection


def _revision(connection: Connection) -> str | None:
    """The schema that a database has, ``None`` for a new one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


#: What SQLite and PostgreSQL say, and what it means to the person who reads it.
_SAID = {
    "file is not a database": "the file is not a database; name another with LONGSTOP_DATABASE_URL.",
    "locked": "it is locked by another program; wait until that has finished and try again.",
    "busy": "it is locked by another program; wait until that has finished and try again.",
    "no such table": "it was deleted or replaced while this run was going on; run again, and it is made anew.",
    "disk is full": "the disk is full; make room and try again.",
    "disk i/o error": "the disk takes no more, or fails (disk I/O error); make room and try again.",
    "unable to open database file": "the file cannot be opened; check that the folder exists and may be written.",
    "readonly": "the file may be read but not written.",
    "read-only": "the file may be read but not written.",
}


def explained(shown: str, problem: Exception) -> DatabaseProblem:
    """The database's own words turned into one sentence for the person who reads it."""
    said = str(getattr(problem, "orig", None) or problem).strip().splitlines()
    words = said[0] if said else type(problem).__name__
    meaning = next((meaning for mark, meaning in _SAID.items() if mark in words.lower()), f"{words.rstrip('.')}.")
    return DatabaseProblem(f"{shown}: {meaning}")
