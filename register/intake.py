"""Takes one run of one source in: stage what is observed, judge it, publish the whole run at once or keep it aside.

    intake = Intake(engine, "rqia", learnt=now, spool_dir=settings.spool_dir)
    intake.deliver(Delivery(...)); intake.take(Observation(...)); intake.fault(Fault(...))
    report = intake.publish(checks)

Nothing is in the database until ``publish``; a run killed at any moment leaves the register as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from sqlalchemy import Connection, Engine

from register.bookmarks import write_bookmarks
from register.checks import Before, Checks, Verdict, judge
from register.database import DatabaseProblem, reading, reconnect, writing
from register.handover import Handed
from register.last_good import complete_lists, known_before, other_values
from register.postcodes import PostcodeDirectory, postcodes_to_look_up, write_postcodes
from register.publication import publish_delivery, record_unpublished, write_quarantine
from register.records import Delivery, Fault, Observation, Record
from register.refusal import Refusal
from register.runs import Cost, RunReport, RunState, mark_killed, write_run
from register.spool import Spool, StagedFault, StagedRecord, files_beside
from register.turns import SourceTurn, Turn

#: Whole numbers beyond this are no count of beds, people or years; PostgreSQL's integer ends here too.
LARGEST = 2**31 - 1

__all__ = ["AlreadyRunning", "Cost", "Intake", "IntakeProblem", "RunReport", "RunState", "mark_killed"]


class IntakeProblem(Refusal, RuntimeError):
    """A run that cannot go on: the disk or the database failed. The message says what happened and what is kept."""


class AlreadyRunning(IntakeProblem):
    """A run that does not begin, because another one of the same source is going on."""


class Intake:
    """One run of one source. ``learnt`` is when it is learnt (with a zone; from the entry point's clock).

    ``publisher``, ``licence``, ``attribution`` and ``feed_ranks`` (0 is followed first) are facts of the source, kept
    with the run. Used as a context manager, a run that ends by an exception is abandoned.
    """

    def __init__(
        self,
        engine: Engine,
        source: str,
        *,
        learnt: datetime,
        spool_dir: Path,
        publisher: str = "",
        licence: str = "",
        attribution: str = "",
        feed_ranks: Mapping[str, int] | None = None,
    ) -> None:
        self._engine = engine
        self._source = source
        self._learnt = learnt.astimezone(UTC).replace(tzinfo=None) if learnt.tzinfo else learnt
        self._facts = {"publisher": publisher, "licence": licence, "attribution": attribution}
        self._ranks = dict(feed_ranks or {})
        self._spool_dir = spool_dir
        try:
            self._turn = SourceTurn(engine, spool_dir, source)
        except BlockingIOError:
            raise AlreadyRunning(
                f"{source}: another run of this source is going on; this one did nothing. Try again when it has ended."
            ) from None
        except OSError as problem:
            raise self._no_room(problem) from None
        try:
            with Turn.of_folder(spool_dir):
                mark_killed(engine, spool_dir, self._learnt)
                self._spool = Spool(spool_dir, source, learnt)
        except OSError as problem:
            self._turn.end()
            raise self._no_room(problem) from None
        except DatabaseProblem:
            self._turn.end()
            raise
        self._announced: list[tuple[int, Delivery]] = []
        self._cost: Cost | None = None
        self._open = True

    @property
    def folder(self) -> Path:
        """Where the run may keep what it fetches; it goes when the run ends, and is cleared up after one that died."""
        return files_beside(self._spool.path)

    def hand_over(self, item: Delivery | Observation | Fault) -> None:
        """Stage one item of a parser's, whatever it is: ``deliver``, ``take`` or ``fault``."""
        match item:
            case Delivery():
                self.deliver(item)
            case Observation():
                self.take(item)
            case Fault():
                self.fault(item)

    def deliver(self, delivery: Delivery) -> None:
        """Announce a list. A later announcement of the same feed, day and origin takes the place of the earlier."""
        try:
            self._announced.append((self._spool.write_delivery(delivery), delivery))
        except OSError as problem:
            raise self._no_room(problem) from None

    def take(self, seen: Observation) -> None:
        """Stage a record; it belongs to the list of its feed from the same origin, else to the feed's latest list.

        A value that no database can hold (a NUL character, a number past 2,147,483,647) puts it in quarantine.
        """
        problem = _cannot_be_kept(seen.record)
        if problem is None:
            try:
                self._spool.write_observation(seen)
            except OSError as failed:
                raise self._no_room(failed) from None
            return
        field, reason = problem
        self.fault(
            Fault(
                feed=seen.feed,
                origin=seen.origin,
                row=seen.row,
                field=field,
                reason=reason,
                record_id=seen.record.id.replace("\x00", ""),
            )
        )

    def fault(self, fault: Fault) -> None:
        """Stage what could not be read."""
        clean = {
            name: value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            for name in ("origin", "field", "found", "reason", "record_id")
            if (value := getattr(fault, name)) and "\x00" in value
        }
        try:
            self._spool.write_fault(msgspec.structs.replace(fault, **clean))
        except OSError as problem:
            raise self._no_room(problem) from None

    def _no_room(self, problem: OSError) -> IntakeProblem:
        """What to say where the disk takes no more, or not at all."""
        why = problem.strerror or type(problem).__name__
        return IntakeProblem(
            f"{self._source}: nothing can be staged in {self._spool_dir} ({why}). "
            "Nothing of this run was published; what was known is kept."
        )

    def abandon(self, reason: str, *, cost: Cost | None = None) -> RunReport:
        """Give the run up: nothing is published, the reason is kept for ``longstop status``."""
        self._open, self._cost = False, cost
        try:
            with writing(self._engine) as connection:
                run = self._write_run(connection, "abandoned", (reason,))
        finally:
            self._spool.remove()
            self._turn.end()
        return RunReport(run, self._source, "abandoned", (reason,), (), cost=cost)

    def publish(
        self,
        checks: Checks | None = None,
        *,
        bookmarks: Mapping[str, str | None] | None = None,
        nothing_new: Sequence[str] = (),
        cost: Cost | None = None,
    ) -> RunReport:
        """Publish the whole run in one transaction, or keep it aside where a check speaks against it.

        ``bookmarks`` are kept with it, and only where it is published. ``nothing_new`` names what was asked for and has
        not changed since an earlier run read it: with such, a run may deliver no list. ``cost`` is kept with the run.
        Raises IntakeProblem where the disk or the database cannot be written; nothing is published then.
        """
        self._open, self._cost = False, cost
        checks = checks or Checks()
        try:
            reconnect(self._engine)
            self._turn.make_sure()
            handed, orphans, problems = self._sort_out()
            with reading(self._engine) as connection:
                quiet = bool(nothing_new) and not handed and not orphans and not problems
                verdict = Verdict(()) if quiet else self._judge(connection, checks, handed, problems)
                wanted = {postcode for lot in handed for postcode in lot.postcodes}
                unknown = postcodes_to_look_up(connection, wanted) if verdict.good else set()
            if not verdict.good:
                return self._keep_aside(verdict, handed, orphans)
            places = PostcodeDirectory().find(unknown)
            with writing(self._engine) as connection:
                run = self._write_run(connection, "published", tuple(nothing_new))
                write_bookmarks(connection, self._source, run, bookmarks or {})
                write_postcodes(connection, places)
                reports = [publish_delivery(connection, self._spool, run, lot) for lot in handed]
                write_quarantine(connection, run, None, orphans)
        except BlockingIOError:
            raise IntakeProblem(
                f"{self._source}: nothing of this run was published: the database was out of reach for a while, and "
                "another run of this source has begun since."
            ) from None
        except DatabaseProblem as problem:
            raise IntakeProblem(f"{self._source}: nothing of this run was published: {problem}") from problem
        except OSError as problem:
            raise self._no_room(problem) from problem
        finally:
            self._spool.remove()
            self._turn.end()
        notes = tuple(note for report in reports for note in report.notes)
        return RunReport(run, self._source, "published", (), tuple(reports), notes, tuple(nothing_new), cost)

    def __enter__(self) -> Self:
        """The run itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abandon a run that neither ended in ``publish`` nor was abandoned."""
        if self._open:
            why = str(problem) or type(problem).__name__ if problem is not None else "never published"
            try:
                self.abandon(f"Stopped before the end: {why.rstrip('.')}.")
            except DatabaseProblem:
                if problem is None:
                    raise  # else what stopped the run is what the person must hear

    def _sort_out(self) -> tuple[list[Handed], list[Fault], list[str]]:
        """What was staged, by list, in order of day; faults that belong to no list; and what makes no sense."""
        lists = {(d.feed, d.as_at, d.origin): d for _, d in self._announced}
        ordered = sorted(lists.values(), key=lambda d: d.as_at)
        lots = {(d.feed, d.as_at, d.origin): Handed(d, self._ranks.get(d.feed, len(self._ranks))) for d in ordered}
        of_origin = {(d.feed, d.origin): lot for d, lot in zip(ordered, lots.values(), strict=True)}
        of_feed: dict[str, list[tuple[int, Handed]]] = {}
        for offset, d in self._announced:
            of_feed.setdefault(d.feed, []).append((offset, lots[d.feed, d.as_at, d.origin]))

        def list_of(feed: str, origin: str, offset: int) -> Handed | None:
            if lot := of_origin.get((feed, origin)):
                return lot
            announced = of_feed.get(feed)
            if not announced:
                return None
            before = [lot for at, lot in announced if at <= offset]
            return before[-1] if before else announced[0][1]

        orphans: list[Fault] = []
        problems: set[str] = set()
        for offset, line in self._spool.lines():
            match line:
                case StagedRecord(feed=feed, origin=origin):
                    if lot := list_of(feed, origin, offset):
                        lot.take(offset, line)
                    else:
                        problems.add(f"Records of {feed} were handed over, but no list of that feed was announced.")
                case StagedFault(fault):
                    lot = list_of(fault.feed, fault.origin, offset)
                    (lot.faults if lot else orphans).append(fault)
                case _:
                    pass
        for lot in lots.values():
            others = (other for other in lots.values() if other is not lot)
            lot.beside_lost = any(other.lost and other.delivery.origin == lot.delivery.origin for other in others)
        return list(lots.values()), orphans, sorted(problems)

    def _judge(self, connection: Connection, checks: Checks, handed: list[Handed], problems: list[str]) -> Verdict:
        """The checks' verdict, with what makes no sense at all before it."""
        counted = [lot.counted() for lot in handed]
        rows = complete_lists(connection, {one.feed for one in counted})
        last_good: dict[tuple[str, date], int] = {}
        known: dict[tuple[str, date], Before] = {}
        for at, one in enumerate(counted):
            of_run = [c for c in counted if c.complete and c.feed == one.feed and c.as_at < one.as_at]
            of_register = [(day, held) for day, held in rows.get(one.feed, ()) if day <= one.as_at]
            newest = max((c.as_at for c in of_run), default=date.min)
            if of_register and of_register[-1][0] >= newest:
                last_good[one.feed, one.as_at] = of_register[-1][1]
                before = known[one.feed, one.as_at] = known_before(connection, one.feed, one.as_at)
                if checks.max_others is not None:
                    others = other_values(connection, self._spool, handed[at], before, checks.max_others)
                    counted[at] = replace(one, others=others)
            elif of_run:
                nearest = max(of_run, key=lambda c: c.as_at)
                last_good[one.feed, one.as_at] = nearest.rows
                known[one.feed, one.as_at] = Before(nearest.rows, nearest.care_homes, nearest.filled)
        verdict = judge(checks, counted, last_good, learnt=self._learnt.date(), known=known)
        return Verdict((*problems, *verdict.reasons))

    def _keep_aside(self, verdict: Verdict, handed: list[Handed], orphans: list[Fault]) -> RunReport:
        """Write down why nothing is published; what was staged stays beside the spools until the next such run."""
        with writing(self._engine) as connection:
            run = self._write_run(connection, "kept aside", verdict.reasons)
            reports = [record_unpublished(connection, run, lot) for lot in handed]
            write_quarantine(connection, run, None, orphans)
        self._spool.keep_as(f"aside-{self._source}.jsonl")
        return RunReport(run, self._source, "kept aside", verdict.reasons, tuple(reports), cost=self._cost)

    def _write_run(self, connection: Connection, state: RunState, reasons: tuple[str, ...]) -> int:
        """Write the run's row and give its number."""
        return write_run(
            connection, self._source, self._learnt, state, reasons=reasons, facts=self._facts, cost=self._cost
        )


def _cannot_be_kept(record: Record) -> tuple[str, str] | None:
    """The field and the reason why no database can hold a record; ``None`` where it can."""
    for field in record.__struct_fields__:
        value = getattr(record, field)
        if isinstance(value, int) and abs(value) > LARGEST:
            return field, f"the number is larger than {LARGEST:,}"
        if isinstance(value, float) and not isfinite(value):
            return field, "not a finite number"
        for text in value if isinstance(value, tuple) else (value,):
            if "\x00" in str(text):
                return field, "the text holds a NUL character"
    return None
