"""Turns: what only one run may do at a time, on this machine by a locked file, and on PostgreSQL among all machines.

A lock ends with the process, or with the database's session, that holds it, however that comes about: nothing is left
to be cleared away by hand.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import BinaryIO, Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from register.database import explained

if os.name == "posix":
    import fcntl

#: The space of PostgreSQL's advisory locks in which sources have theirs.
_SPACE = 7014


def lock(file: BinaryIO, *, wait: bool = False) -> None:
    """Take a file's lock; unless ``wait``, raise OSError at once where it is held. (Windows has no such lock.)"""
    if os.name == "posix":
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


class Turn:
    """A lock that a process holds while it does something of which only one may go on; it ends with the process."""

    def __init__(self, path: Path, *, wait: bool) -> None:
        """Take the lock of a file, made where there is none. Raises BlockingIOError where another process holds it."""
        self._file = path.open("a+b")
        try:
            lock(self._file, wait=wait)
        except OSError:
            self._file.close()
            raise

    @classmethod
    def of_folder(cls, folder: Path) -> Turn:
        """The turn to clear the folder and to make a spool in it: a moment, so it is waited for."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / "folder.lock", wait=True)

    def end(self) -> None:
        """Let others have their turn. The file stays: were it removed, two could each hold a lock of that name."""
        self._file.close()

    def __enter__(self) -> Self:
        """The lock itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let others have their turn."""
        self.end()


class SourceTurn:
    """The turn to run a source: it may take hours, so nobody waits for it.

    Raises BlockingIOError where another process of this machine, or another session of one PostgreSQL database, runs
    the source; OSError where the folder cannot be written, DatabaseProblem where the database cannot be reached.
    """

    def __init__(self, engine: Engine, folder: Path, source: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._engine = engine
        self._names = {"space": _SPACE, "source": zlib.crc32(source.encode()) - 2**31}
        self._file = Turn(folder / f"{source}.lock", wait=False)
        self._session: Connection | None = None
        try:
            self._lock_session()
        except BaseException:
            self._file.end()
            raise

    def make_sure(self) -> None:
        """Take the database's lock anew where its session was lost. Raises BlockingIOError where another has it now."""
        if self._session is None:
            return
        try:
            self._session.execute(text("SELECT 1"))
        except DBAPIError:
            self._end_session()
            self._lock_session()

    def end(self) -> None:
        """Let others have their turn."""
        self._end_session()
        self._file.end()

    def _lock_session(self) -> None:
        if self._engine.dialect.name != "postgresql":
            return
        try:
            # Its own session, outside any transaction: the lock is held while the crawl goes on, and blocks no reader.
            session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = session.execute(text("SELECT pg_try_advisory_lock(:space, :source)"), self._names).scalar_one()
        except DBAPIError as problem:
            raise explained(self._engine.url.render_as_string(hide_password=True), problem) from problem
        if not taken:
            session.close()
            raise BlockingIOError
        self._session = session

    def _end_session(self) -> None:
        """Give the lock back. Where the server is out of reach, it goes with the session."""
        if self._session is None:
            return
        try:
            self._session.execute(text("SELECT pg_advisory_unlock(:space, :source)"), self._names)
        except SQLAlchemyError:
            self._session.invalidate()
        finally:
            self._session.close()
            self._session = None
