"""Nights for the tests of faults: a register in a folder, crawls of a site, and what is known the morning after."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
from loopback import KEY
from sqlalchemy import func, select

from crawler.__main__ import outcome_of
from crawler.refresh import Job, Outcome
from register.database import open_database
from register.intake import RunReport
from register.models import VERSIONS, Base, table_of
from register.reading import register_digest
from register.status import SourceState, source_states

FIRST = date(2026, 6, 1)
#: A server from which each crawl is forked: the libraries are loaded once, and Scrapy's reactor is new every time.
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(
    [
        "alembic.command",
        "crawler.__main__",
        "crawler.courtesy",
        "crawler.downloads",
        "crawler.spiders.cqc_api",
        "crawler.spiders.companies_house",
        "crawler.spiders.cqc_directory",
        "crawler.spiders.care_inspectorate",
        "pyproj",
        "scrapy.crawler",
        "scrapy.core.engine",
        "scrapy.core.scraper",
        "scrapy.core.downloader.handlers.http11",
        "scrapy.core.downloader.handlers.datauri",
        "scrapy.downloadermiddlewares.robotstxt",
        "scrapy.downloadermiddlewares.httpproxy",
        "scrapy.extensions.throttle",
        "scrapy.spidermiddlewares.depth",
        "protego",
    ]
)


def _crawl(job: bytes, outcome: Path, said: Path, room: int | None) -> None:
    """In the forked process: what the crawl prints goes to a file, its outcome to another.

    With ``room`` no file may grow beyond so many bytes, as on a disk that is full.
    """
    with said.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        found = msgspec.json.encode(outcome_of(msgspec.json.decode(job, type=Job)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        outcome.write_bytes(found)


@dataclass
class Register:
    """A register in a folder of its own, and the night it is in."""

    folder: Path
    nights: int = 0
    pid: int = 0

    @property
    def url(self) -> str:
        return f"sqlite:///{(self.folder / 'register.db').as_posix()}"

    @property
    def spool(self) -> Path:
        return self.folder / "staged"

    @property
    def today(self) -> date:
        return FIRST + timedelta(days=self.nights)

    def copy(self, folder: Path) -> Register:
        """The same register elsewhere."""
        shutil.copytree(self.folder, folder)
        return Register(folder, self.nights)

    def job(self, source: str, base: str, *, timeout: float | None = None, full: bool = False, key: str = KEY) -> Job:
        return Job(
            source=source,
            base=base,
            key=key,
            database_url=self.url,
            spool_dir=str(self.spool),
            today=self.today,
            learnt=datetime.combine(self.today, time(3), UTC),
            timeout=timeout,
            full=full,
        )

    def interrupt(self) -> None:
        """Ask the crawl that is going on to stop, as Ctrl-C does."""
        os.kill(self.pid, signal.SIGINT)

    def crawl(self, source: str, base: str, *, room: int | None = None, **more: Any) -> Outcome:
        """Crawl in a forked process. No crawl may print a traceback, whatever it meets."""
        self.folder.mkdir(parents=True, exist_ok=True)
        outcome, said = self.folder / "outcome.json", self.folder / "said.txt"
        outcome.unlink(missing_ok=True)
        job = msgspec.json.encode(self.job(source, base, **more))
        child = FORKED.Process(target=_crawl, args=(job, outcome, said, room))
        child.start()
        self.pid = child.pid or 0
        child.join()
        assert "Traceback" not in said.read_text(), said.read_text()
        assert child.exitcode == 0
        return msgspec.json.decode(outcome.read_bytes(), type=Outcome)

    def night(self, source: str, base: str, *, later: int = 1, **more: Any) -> RunReport:
        """One night later, or some: crawl, and give the run's report."""
        self.nights += later
        outcome = self.crawl(source, base, **more)
        assert outcome.report is not None, outcome.trouble
        for one in outcome.report.deliveries:
            assert outcome.report.state != "published" or one.handed == one.published + one.unchanged + one.quarantined
        return outcome.report

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        engine = open_database(self.url)
        with engine.connect() as connection:
            found = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in Base.metadata.sorted_tables
            }
        engine.dispose()
        return found

    @property
    def digest(self) -> str:
        engine = open_database(self.url)
        try:
            return register_digest(engine)
        finally:
            engine.dispose()

    def open_records(self) -> dict[tuple[str, str], str]:
        """What is believed to be so still: feed and id, and the record's digest."""
        engine = open_database(self.url)
        found = {}
        with engine.connect() as connection:
            for model in VERSIONS.values():
                table = table_of(model)
                for feed, identifier, digest in connection.execute(
                    select(table.c.feed, table.c.id, table.c.record_digest).where(
                        table.c.superseded_by.is_(None), table.c.valid_to.is_(None)
                    )
                ):
                    found[feed, identifier] = digest
        engine.dispose()
        return found

    def state(self, source: str) -> SourceState:
        """How ``longstop status`` sees a source in the morning."""
        engine = open_database(self.url)
        states = {one.source: one for one in source_states(engine, self.today, spool_dir=self.spool)}
        engine.dispose()
        return states[source]
