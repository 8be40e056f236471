"""Runs one source: over HTTP in a process of its own (``refresh``), or from files as published (``replay``).

Both send every record the same way to the register's intake, which publishes the whole run or none of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import msgspec
from sqlalchemy import Engine

from crawler.pipelines import Way
from crawler.progress import Progress
from crawler.reading import Item, Unreadable
from crawler.sentences import own_error
from crawler.source import Source, SourceProblem, source_named
from crawler.tables import SourceChanged
from crawler.terms import require_acceptance
from crawler.watch import Watch
from crawler.workbooks import Damaged
from register.database import open_database
from register.intake import Intake, RunReport, mark_killed
from register.refusal import Refusal
from register.settings import Settings
from register.wanted import charities_that_matter, companies_that_matter
from register.wanted_landlords import landlords_from_abroad
from register.wanted_titles import titles_that_matter

#: What the crawling process does. One that is told to stop while it is still being loaded prints no traceback.
_CRAWL = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "from crawler.__main__ import main\n"
    "raise SystemExit(main())"
)

Parser = Callable[..., Iterator[Item]]

#: Files that lie beside published ones and are no part of them.
_PASSED_OVER = frozenset({".txt", ".md", ".html", ".htm", ".pdf"})


class NotConfigured(SourceProblem):
    """A source that wants a key and has none. The message says which variable to set, and where to apply."""


class CrawlFailed(SourceProblem):
    """A crawl of which no run can be shown: its process died, or the disk or the database failed it."""


class Job(msgspec.Struct, frozen=True):
    """What the crawling process is told, on its standard input: no secret stands on a command line."""

    source: str
    base: str
    key: str | None
    database_url: str
    spool_dir: str
    today: date
    learnt: datetime
    as_at: date | None = None
    contact: str = ""
    partner_code: str | None = None
    requests_per_minute: int | None = None
    timeout: float | None = None
    full: bool = False
    stream_base: str | None = None
    stream_key: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What the crawling process says at its end: a report, or a sentence where the disk or the database failed it."""

    report: RunReport | None = None
    trouble: str = ""


def refresh(
    source_name: str,
    *,
    settings: Settings,
    today: date,
    learnt: datetime,
    engine_url: str | None = None,
    full: bool = False,
    watch: Watch | None = None,
) -> RunReport:
    """Crawl a source and publish what it says. The spider runs in a process of its own, as Scrapy's reactor must.

    ``engine_url`` is the register's database, by default the one in the settings. ``watch`` may stop the crawl.

    Of the settings it uses a source's address and key, ``LONGSTOP_CONTACT`` (named in the User-Agent),
    ``LONGSTOP_<SOURCE>_RATE`` (requests a minute), ``LONGSTOP_<SOURCE>_TIMEOUT`` (seconds for one answer) and
    ``LONGSTOP_CQC_API_PARTNER_CODE``. A night asks only for what is new since the last good one; ``full`` asks for all.
    Raises SourceProblem for an unknown source, NotConfigured without a key, NotAccepted without the licence that a
    source wants accepted, SettingsProblem for a rate or a time that is no number, CrawlFailed where the process died or
    could neither stage nor publish: then nothing is published, and what was known is kept.
    """
    source = source_named(source_name)
    capitals = f"LONGSTOP_{source.name.upper()}"
    own_address, key = settings.source_url(source.name), settings.source_key(source.name)
    if source.key and source.key.required and not key and own_address is None:
        raise NotConfigured(f"{source.name} is not configured: set {capitals}_KEY (apply at {source.key.apply})")
    require_acceptance(source, lambda: open_database(engine_url or settings), learnt.date())
    job = Job(
        source=source.name,
        base=(own_address or source.url).rstrip("/"),
        key=key,
        database_url=engine_url or settings.database_url,
        spool_dir=str(settings.spool_dir),
        today=today,
        learnt=learnt,
        contact=settings.said("contact") or "",
        partner_code=settings.said(f"{source.name}_partner_code"),
        requests_per_minute=settings.whole_number(f"{source.name}_rate"),
        timeout=settings.whole_number(f"{source.name}_timeout"),
        full=full,
        stream_base=_stream_base(source, settings),
        stream_key=settings.source_key(f"{source.name}_stream") if source.stream else None,
    )
    status, outcome = _in_its_own_process(job, watch or Watch())
    if outcome is not None and outcome.report is not None:
        return outcome.report
    if outcome is not None:
        raise CrawlFailed(outcome.trouble)
    mark_killed(open_database(job.database_url), Path(job.spool_dir), utc(learnt))
    how = f"was killed (signal {-status})" if status < 0 else f"ended without a report (status {status})"
    raise CrawlFailed(f"{source.name}: the crawl {how}; nothing of it was published, and what was known is kept.")


def _stream_base(source: Source, settings: Settings) -> str | None:
    """Where a source's stream of changes is asked; ``None`` where there is none, or neither address nor key is set."""
    address, key = settings.source_url(f"{source.name}_stream"), settings.source_key(f"{source.name}_stream")
    if source.stream is None or (address is None and key is None):
        return None
    return (address or source.stream.url).rstrip("/")


def utc(moment: datetime) -> datetime:
    """A moment as the register keeps it: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _in_its_own_process(job: Job, watch: Watch) -> tuple[int, Outcome | None]:
    """Crawl in a new process that ends when this one does: its exit status, and its outcome if it came to one.

    The outcome is written into a file without a name: whatever becomes of either process, none is left behind.
    """
    errors = None if watch.said is None else subprocess.PIPE
    with (
        TemporaryFile() as answer,
        subprocess.Popen(
            [sys.executable, "-c", _CRAWL], stdin=subprocess.PIPE, stdout=answer, stderr=errors
        ) as process,
    ):
        try:
            if process.stdin is not None:
                with suppress(BrokenPipeError):  # it is dead already: its status tells
                    process.stdin.write(msgspec.json.encode(job) + b"\n")
                    process.stdin.flush()
            status = watch.over(process)
        finally:
            process.kill()
        answer.seek(0)
        try:
            return status, msgspec.json.decode(answer.read(), type=Outcome)
        except msgspec.DecodeError:
            return status, None


def replay(
    source_name: str,
    path: Path,
    *,
    engine: Engine,
    today: date,
    learnt: datetime,
    as_at: date | None = None,
    spool_dir: Path | None = None,
    shown: bool = True,
    full: bool = False,
) -> RunReport:
    """Read a file or folder as a publisher published it, and publish what it says; no network is used.

    ``cqc_api`` takes a folder of the API's JSON, or a file of one record a line; the others any of their files, or a
    folder of them; all may be gzipped. The day of a file is ``as_at``, else the one stated in it or its name, else
    ``today``. A source that is filtered by the register's companies is read whole where the register has none yet, and
    with ``full``. Raises SourceProblem for an unknown source, NotAccepted without the licence that one wants accepted,
    Unreadable, naming the file, for one that cannot be read.
    """
    source = source_named(source_name)
    if not path.exists():
        raise Unreadable(f"cannot replay {path}: there is no such file or folder")
    require_acceptance(source, lambda: engine, learnt.date())
    with (
        TemporaryDirectory(prefix="longstop-") as folder,
        Progress(source.name, shown=shown) as progress,
        intake_of(source, engine, learnt, spool_dir or Path(folder)) as intake,
    ):
        way = Way(source.corrections, intake, progress)
        companies = wanted_by(source, engine) if not full else frozenset[str]()
        for item in read_published(source.name, path, today=today, as_at=as_at, companies=companies):
            way.send(item)
        return intake.publish(source.checks_for(publisher_address=False, handed_over=True))


def read_published(
    source_name: str,
    path: Path,
    *,
    today: date,
    as_at: date | None = None,
    companies: frozenset[str] = frozenset(),
) -> Iterator[Item]:
    """Every item in a file or folder as published, in order. Raises Unreadable naming the file.

    ``companies`` are those that a filtered source is read for; none means all.
    """
    parse = parser_of(source_name)
    filtered = source_named(source_name).filtered
    if filtered:
        parse = partial(parse, companies=companies)
    if source_name == "cqc_api" or filtered or path.is_file():
        files = [path]
    else:
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() not in _PASSED_OVER]
        files = [p for p in files if not p.name.startswith((".", "~"))]
        if not files:
            raise Unreadable(f"cannot replay {path}: the folder holds no file")
    for file in files:
        try:
            yield from parse(file, today=today, as_at=as_at)
        except (SourceChanged, Damaged) as problem:
            raise Unreadable(f"cannot read {file.name}: {problem}. Nothing was published") from problem
        except OSError as problem:
            raise Unreadable(f"cannot read {file.name}: {problem.strerror}. Nothing was published") from problem
        except Refusal:
            raise
        except Exception as problem:  # a file that nobody foresaw is told in a sentence, as a crawl's answer is
            raise Unreadable(f"cannot read {file.name}: {own_error(problem)}. Nothing was published") from problem


def wanted_by(source: Source, engine: Engine) -> frozenset[str]:
    """What a filtered source is read for: companies, with charities or names where it tells of those; else nothing."""
    if not source.filtered:
        return frozenset()
    if source.titles:
        return titles_that_matter(engine).marks()
    companies = companies_that_matter(engine)
    if source.charities:
        return companies | charities_that_matter(engine)
    return companies | landlords_from_abroad(engine) if source.by_name else companies


def parser_of(source_name: str) -> Parser:
    """The ``parse_published`` of the source's module: a path, ``today`` and ``as_at`` to items."""
    parser: Parser = import_module(f"crawler.spiders.{source_name}").parse_published
    return parser


def intake_of(source: Source, engine: Engine, learnt: datetime, spool_dir: Path) -> Intake:
    """The intake of one run of a source, with the facts of the source that are kept beside it."""
    return Intake(
        engine,
        source.name,
        learnt=learnt,
        spool_dir=spool_dir,
        publisher=source.publisher,
        licence=source.licence,
        attribution=source.attribution,
        feed_ranks=source.ranks,
    )
