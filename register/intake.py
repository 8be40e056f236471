"""Takes one run of one source in: stage what is observed, judge it, publish the whole run at once or keep it aside.

    intake = Intake(engine, "rqia", learnt=now, spool_dir=settings.spool_dir)
    intake.deliver(Delivery(...)); intake.take(Observation(...)); intake.fault(Fault(...))
    report = intake.publish(checks)

Nothing is in the database until ``publish``; a run killed at any moment leaves the register as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec
from sqlalchemy import Connection, Engine, insert, select

from register.checks import Checks, Verdict, judge
from register.database import DatabaseProblem, reading, writing
from register.handover import Handed
from register.models import DeliveryRow, RunRow, table_of
from register.postcodes import PostcodeDirectory, postcodes_to_look_up, write_postcodes
from register.publication import DeliveryReport, publish_delivery, record_unpublished, write_quarantine
from register.records import AnyRecord, Delivery, Fault, Observation
from register.spool import LeftOver, Spool, StagedFault, StagedRecord, clear_left_overs

#: Whole numbers beyond this are no count of beds, people or years; PostgreSQL's integer ends here too.
LARGEST = 2**31 - 1

RunState = Literal["published", "kept aside", "abandoned"]


class IntakeProblem(RuntimeError):
    """A run that cannot go on: the disk or the database failed. The message says what happened and what is kept."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of a run: its number, its state, why it was not published, and the sum of each list."""

    run: int
    source: str
    state: RunState
    reasons: tuple[str, ...]
    deliveries: tuple[DeliveryReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> int:
        """How many records were new, changed or found absent."""
        return sum(d.published + d.ended for d in self.deliveries)


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
        try:
            spool_dir.mkdir(parents=True, exist_ok=True)
            self._mark(clear_left_overs(spool_dir))
            self._spool = Spool(spool_dir, source, learnt)
        except OSError as problem:
            raise IntakeProblem(f"{source}: nothing can be staged in {spool_dir} ({problem.strerror}).") from None
        self._announced: list[tuple[int, Delivery]] = []
        self._open = True

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
        self._announced.append((self._spool.write_delivery(delivery), delivery))

    def take(self, seen: Observation) -> None:
        """Stage a record; it belongs to the list of its feed from the same origin, else to the feed's latest list.

        A value that no database can hold (a NUL character, a number past 2,147,483,647) puts it in quarantine.
        """
        problem = _cannot_be_kept(seen.record)
        if problem is None:
            self._spool.write_observation(seen)
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
        self._spool.write_fault(msgspec.structs.replace(fault, **clean))

    def abandon(self, reason: str) -> RunReport:
        """Give the run up: nothing is published, the reason is kept for ``longstop status``."""
        self._open = False
        self._spool.remove()
        with writing(self._engine) as connection:
            run = self._write_run(connection, "abandoned", (reason,))
        return RunReport(run, self._source, "abandoned", (reason,), ())

    def publish(self, checks: Checks | None = None) -> RunReport:
        """Publish the whole run in one transaction, or keep it aside where a check speaks against it.

        Raises IntakeProblem where the database cannot be written; nothing is published then.
        """
        self._open = False
        checks = checks or Checks()
        try:
            handed, orphans, problems = self._sort_out()
            with reading(self._engine) as connection:
                verdict = self._judge(connection, checks, handed, problems)
                wanted = {postcode for lot in handed for postcode in lot.postcodes}
                unknown = postcodes_to_look_up(connection, wanted) if verdict.good else set()
            if not verdict.good:
                return self._keep_aside(verdict, handed, orphans)
            places = PostcodeDirectory().find(unknown)
            with writing(self._engine) as connection:
                run = self._write_run(connection, "published", ())
                write_postcodes(connection, places)
                reports = [publish_delivery(connection, self._spool, run, lot) for lot in handed]
                write_quarantine(connection, run, None, orphans)
        except DatabaseProblem as problem:
            raise IntakeProblem(f"{self._source}: nothing of this run was published: {problem}") from problem
        finally:
            self._spool.remove()
        notes = tuple(note for report in reports for note in report.notes)
        return RunReport(run, self._source, "published", (), tuple(reports), notes)

    def __enter__(self) -> Self:
        """The run itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abandon a run that neither ended in ``publish`` nor was abandoned."""
        if self._open:
            self.abandon(f"Stopped before the end: {problem or 'never published'}.")

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
        return list(lots.values()), orphans, sorted(problems)

    def _judge(self, connection: Connection, checks: Checks, handed: list[Handed], problems: list[str]) -> Verdict:
        """The checks' verdict, with what makes no sense at all before it."""
        counted = [lot.counted() for lot in handed]
        good: dict[str, list[tuple[date, int]]] = {}
        delivery = table_of(DeliveryRow)
        run = table_of(RunRow)
        found = connection.execute(
            select(delivery.c.feed, delivery.c.as_at, delivery.c.handed - delivery.c.quarantined)
            .join(run, run.c.id == delivery.c.run_id)
            .where(run.c.state == "published", delivery.c.complete, delivery.c.feed.in_({c.feed for c in counted}))
            .order_by(delivery.c.as_at, delivery.c.id)
        )
        for feed, as_at, rows in found:
            good.setdefault(feed, []).append((as_at, rows))
        before = {}
        for one in counted:
            earlier = [(c.as_at, c.rows) for c in counted if c.complete and c.feed == one.feed]
            earlier = [(day, rows) for day, rows in (*good.get(one.feed, []), *earlier) if day < one.as_at]
            if earlier:
                before[one.feed, one.as_at] = max(enumerate(earlier), key=lambda at: (at[1][0], at[0]))[1][1]
        verdict = judge(checks, counted, before, learnt=self._learnt.date())
        return Verdict((*problems, *verdict.reasons))

    def _keep_aside(self, verdict: Verdict, handed: list[Handed], orphans: list[Fault]) -> RunReport:
        """Write down why nothing is published; what was staged stays beside the spools until the next such run."""
        with writing(self._engine) as connection:
            run = self._write_run(connection, "kept aside", verdict.reasons)
            reports = [record_unpublished(connection, run, lot) for lot in handed]
            write_quarantine(connection, run, None, orphans)
        self._spool.keep_as(f"aside-{self._source}.jsonl")
        return RunReport(run, self._source, "kept aside", verdict.reasons, tuple(reports))

    def _mark(self, left_overs: list[LeftOver]) -> None:
        """Write down runs that were killed before they ended."""
        for left in left_overs:
            facts = {"publisher": "", "licence": "", "attribution": ""}
            learnt = left.learnt or self._learnt
            row = {
                "source": left.source or "unknown",
                "learnt": learnt.astimezone(UTC).replace(tzinfo=None) if learnt.tzinfo else learnt,
                "state": "abandoned",
                "reasons": json.dumps(["Killed before the end; nothing of it was published."]),
                **facts,
            }
            with writing(self._engine) as connection:
                connection.execute(insert(table_of(RunRow)).values(row))

    def _write_run(self, connection: Connection, state: RunState, reasons: tuple[str, ...]) -> int:
        """Write the run's row and give its number."""
        row = {
            "source": self._source,
            "learnt": self._learnt,
            "state": state,
            "reasons": json.dumps(list(reasons)),
            **self._facts,
        }
        run = table_of(RunRow)
        return int(connection.execute(insert(run).values(row).returning(run.c.id)).scalar_one())


def _cannot_be_kept(record: AnyRecord) -> tuple[str, str] | None:
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
