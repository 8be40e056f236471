"""``longstop schedule``: the nights, in a process of its own, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer
from apscheduler.events import (  # type: ignore[import-untyped]  # ships no types
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
)
from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]  # ships no types
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cli.health import health, health_on
from cli.night import DIGEST, Log, Night
from cli.session import AsJson, Incomplete, Refused, answer_json, answer_table, now, open_register
from crawler.nightly import in_order, last_turn, ready, trigger_of
from crawler.sentences import own_error
from crawler.source import LONDON, SOURCES
from register.settings import Settings
from register.status import last_runs
from register.turns import Turn

#: A turn that was missed (the machine was off) is made up for within as many seconds; an older one is left out.
MISFIRE_SECONDS = 20 * 3600
#: The digest comes when the night's last source has had its turn: the sources are asked one after another.
NOON = {"hour": 12, "minute": 30, "second": 0}

#: A source whose server, disk or database failed it has another turn after so long, so many times in one night.
AGAIN, MOST_AGAIN = timedelta(hours=1), 2

#: The night that the process is at, and its scheduler: what the jobs in the store work with. One process, one night.
_at_work: list[tuple[Night, BackgroundScheduler]] = []


def schedule(  # noqa: PLR0917 - a command line has as many options as a reader needs
    once: Annotated[
        bool, typer.Option("--once", help="Do one whole night now, then stop: exit status 0 or 1.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="Print when each source's turn comes next, and stop.")] = False,
    health_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Answer /health on this port of 127.0.0.1 (0: any that is free)."),
    ] = None,
    json_log: Annotated[
        bool, typer.Option("--log-json", help="Tell events as JSON, one a line, on standard error.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="With --once: read everything, whatever has changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every source at its time, in order of what it rests on; then trace landlords and say what has changed."""
    settings, engine = open_register()
    log = Log(sys.stderr, as_json=json_log)
    if show:
        _print_times(settings, as_json=as_json)
        return
    if full and not once:
        raise Refused("--full goes with --once: a schedule reads everything once a month by itself")
    night = Night(settings, log, full=full)
    serving = health_on(health_port, lambda: health(engine, settings, now()[1])) if health_port is not None else None
    with _alone(settings), _until_told(night.stop), serving or nullcontext() as port:
        if port is not None:
            log.tell("health", message=f"http://127.0.0.1:{port}/health", port=port)
        if once:
            night.whole()
        else:
            _run(night, engine)
    if night.stop.is_set():
        log.tell("stopped", message="told to stop; nothing is half published")
    if once and (night.troubles or night.stop.is_set()):
        raise Incomplete("; ".join(night.troubles) or "stopped before the end of the night")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the one place for a schedule of this data directory. Refused where another holds it."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        turn = Turn(settings.data_dir / "schedule.lock", wait=False)
    except BlockingIOError:
        raise Refused("another longstop schedule is running on this data directory; there is room for one") from None
    except OSError as problem:
        raise Refused(f"{settings.data_dir}: {problem.strerror or problem}") from problem
    with turn:
        yield


@contextmanager
def _until_told(stop: Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C set ``stop`` while the block lasts: what is going on ends in order."""

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(night: Night, engine: Engine) -> None:
    """Let the schedule run until the night's ``stop`` is set; then wait for the source whose turn it is."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what it has to say, the night's own log says
    ran = last_runs(engine)
    _put_aside_if_damaged(night)
    scheduler = scheduler_of(night.settings)
    try:
        scheduler.start(paused=True)
        for name, sentence in set_turns(scheduler, night.settings, ran).items():
            night.log.tell("not configured", source=name, message=sentence.partition(": ")[2])
    except (SQLAlchemyError, OSError) as problem:
        raise Refused(
            f"{store_path(night.settings)}: the schedule cannot be kept ({_first_line(problem)})"
        ) from problem
    _at_work.append((night, scheduler))
    scheduler.add_listener(lambda event: _missed(night, event), EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    try:
        for job in sorted(scheduler.get_jobs(), key=lambda job: job.next_run_time):
            night.log.tell("next", source=job.id, message=f"{job.next_run_time:%Y-%m-%d %H:%M} London", at=_iso(job))
        scheduler.resume()
        while not night.stop.wait(0.5):
            pass
    finally:
        scheduler.shutdown(wait=True)
        _at_work.remove((night, scheduler))


def _put_aside_if_damaged(night: Night) -> None:
    """Begin with no turns remembered where those that are cannot be read: they follow from what the register holds."""
    path = store_path(night.settings)
    try:
        with closing(sqlite3.connect(path)) as connection:
            (said,) = connection.execute("PRAGMA quick_check").fetchone()
    except sqlite3.OperationalError:
        return  # locked, or not to be opened: whoever opens it next says so
    except sqlite3.DatabaseError as problem:
        said = str(problem)
    if said != "ok":
        with suppress(OSError):
            path.replace(path.with_suffix(".damaged"))
            night.log.tell("put aside", message=f"{path}: damaged ({said}); the turns are set anew")


def _missed(night: Night, event: Any) -> None:
    night.log.tell("missed", source=event.job_id, message="its turn is too long ago, or the one before still goes on")


def scheduler_of(settings: Settings) -> BackgroundScheduler:
    """A scheduler that remembers its turns in the data directory: one at a time, and late rather than never."""
    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{store_path(settings).as_posix()}")},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
        timezone=LONDON,
    )


def store_path(settings: Settings) -> Path:
    """Where the turns are remembered."""
    return settings.data_dir / "schedule.db"


def set_turns(scheduler: BackgroundScheduler, settings: Settings, ran: Mapping[str, datetime]) -> dict[str, str]:
    """Give every source that is configured its turn, and the digest its own; what lacks a key, with a sentence each.

    A turn that is remembered and whose time is the same stays as it is. One that was missed, or stopped before its end
    with the schedule, is made up for: ``ran`` says when the last run of each source was learnt that came to its end.
    A source that never had a run does not wait for its day of the week or month.
    """
    names, lacking = ready(settings)
    triggers = {name: trigger_of(name, turn=turn) for turn, name in enumerate(names)}
    triggers[DIGEST] = CronTrigger(**NOON, timezone=LONDON)
    remembered = {job.id: job for job in scheduler.get_jobs()}
    for gone in remembered.keys() - triggers.keys():
        scheduler.remove_job(gone)
    for name, trigger in triggers.items():
        if name not in remembered or str(remembered[name].trigger) != str(trigger):
            scheduler.add_job(take_turn, trigger, args=[name], id=name, name=name, replace_existing=True)
    moment = now()[0].astimezone(LONDON)
    for turn, name in enumerate(names):
        due = last_turn(triggers[name], moment, timedelta(seconds=MISFIRE_SECONDS))
        if due is None and name not in ran:
            due = trigger_of(name, turn=turn, any_day=True).get_next_fire_time(None, moment)
        if due is not None and (name not in ran or ran[name].replace(tzinfo=UTC) < due):
            scheduler.modify_job(name, next_run_time=due)
    return lacking


def take_turn(name: str) -> None:
    """A job of the schedule: one source's turn, or the digest's. It does nothing once the schedule is told to stop."""
    for night, scheduler in _at_work:
        if night.stop.is_set():
            continue
        night.troubles.clear()
        try:
            if name == DIGEST:
                night.afterwards()
            elif name in SOURCES and not night.source(name):
                _once_more(night, scheduler, name)
        except Exception as problem:  # whatever it is, the other sources have their turns
            night.log.tell("failed", source=name, message=own_error(problem))


def _once_more(night: Night, scheduler: BackgroundScheduler, name: str) -> None:
    """Give a source whose run came to nothing another turn, unless its next comes sooner or it has had enough."""
    soon, job = now()[0].astimezone(LONDON) + AGAIN, scheduler.get_job(name)
    night.tries[name] = night.tries.get(name, 0) + 1
    if night.tries[name] > MOST_AGAIN:
        del night.tries[name]
    elif job is not None and job.next_run_time > soon and not night.stop.is_set():
        scheduler.modify_job(name, next_run_time=soon)
        night.log.tell("next", source=name, message=f"again at {soon:%H:%M} London", at=soon.isoformat())


def _print_times(settings: Settings, *, as_json: bool) -> None:
    """When each turn comes next, by the clock of London; a schedule that is running may be late by what it is at."""
    moment = now()[0].astimezone(LONDON)
    names, lacking = ready(settings)
    turns: list[tuple[str, datetime | None, str]] = [
        (name, trigger_of(name, turn=turn).get_next_fire_time(None, moment), ", ".join(SOURCES[name].schedule.after))
        for turn, name in enumerate(names)
    ]
    turns.append((DIGEST, CronTrigger(**NOON, timezone=LONDON).get_next_fire_time(None, moment), "all of them"))
    turns += [(name, None, "") for name in in_order(lacking.keys())]
    if as_json:
        document = [{"name": n, "next": at.isoformat() if at else None, "after": a or None} for n, at, a in turns]
        answer_json({"turns": document, "not_configured": lacking})
        return
    rows = [(n, f"{at:%Y-%m-%d %H:%M}" if at else lacking[n].partition(": ")[2], after) for n, at, after in turns]
    answer_table("Next turns, by the clock of London", ("source", "next", "after"), rows)


def _iso(job: Any) -> str:
    return str(job.next_run_time.isoformat())


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
