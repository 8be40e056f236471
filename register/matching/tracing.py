"""Traces the landlords of a whole register, and publishes what is found as a run of the source "tracing"."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import msgspec
from sqlalchemy import Engine, func, select

from register.bookmarks import read_bookmarks
from register.checks import Checks
from register.database import reading
from register.intake import Intake, RunReport
from register.matching.kin import kin_of
from register.matching.match import ACCEPTED, Matching, match
from register.matching.second_opinion import MatcherMissing, matcher_edition
from register.models import DeliveryRow, JudgementRow, RunRow, table_of
from register.records import Delivery, LocationRecord, Observation, Record, TitleRecord
from register.snapshot import Snapshot

SOURCE = "tracing"
LINKS, HOMES = "tracing/links", "tracing/homes"
PUBLISHER = "Longstop (computed)"
#: The bookmark of what the last tracing rested on.
MARK = "rested on"
#: The feed whose titles are matched; both lists of HM Land Registry.
_TITLES = "hmlr/"
#: A better list of titles may halve or double the links, and there may be none: no number says that a run is bad.
_CHECKS = Checks(max_fall=1.0, may_be_empty=frozenset({LINKS}))


class NothingToTrace(ValueError):
    """The register holds no title. The message says how to load some."""


def homes_to_trace(snapshot: Snapshot) -> dict[str, LocationRecord]:
    """The record to match of every home that is not closed: its current registration, with the nation of its place."""
    found = {}
    for key, home in snapshot.homes.items():
        if home.status != "closed":
            record = home.current.record
            nation = record.nation or home.current.place.nation
            found[key] = record if nation == record.nation else msgspec.structs.replace(record, nation=nation)
    return found


def titles_to_trace(snapshot: Snapshot) -> list[TitleRecord]:
    """Every row of every title that the lists hold. Raises NothingToTrace where they hold none."""
    rows = [entry.record for title in snapshot.titles.values() for entry in title.entries]
    if not rows:
        raise NothingToTrace(
            "the register holds no title to match homes with: longstop refresh hmlr --from FOLDER, "
            "with the files of HM Land Registry that you have downloaded under its licence"
        )
    return rows


def match_snapshot(snapshot: Snapshot, *, threshold: float = ACCEPTED) -> Matching:
    """Match every home of a register that is not closed. Raises NothingToTrace, or MatcherMissing without the extra."""
    matcher_edition()
    rows = titles_to_trace(snapshot)
    return match(homes_to_trace(snapshot).values(), rows, kin_of(snapshot), threshold=threshold)


def rests_on(engine: Engine) -> str:
    """The mark of all that a tracing depends on: the last run that changed anything, the judgements, and the rules.

    Ask for it before the snapshot is read. Raises DatabaseProblem.
    """
    run, delivery, judgement = table_of(RunRow), table_of(DeliveryRow), table_of(JudgementRow)
    changed = (
        select(func.max(run.c.id))
        .join(delivery, delivery.c.run_id == run.c.id)
        .where(run.c.source != SOURCE, run.c.state == "published", delivery.c.published + delivery.c.ended > 0)
    )
    with reading(engine) as connection:
        last = connection.execute(changed).scalar()
        judged = connection.execute(select(func.max(judgement.c.number))).scalar()
    total = hashlib.sha256(f"{last} {judged}".encode())
    with suppress(MatcherMissing):
        total.update(matcher_edition().encode())
    for entry in sorted(files("register.matching").iterdir(), key=lambda one: one.name):
        if entry.name.endswith((".py", ".yml")):
            total.update(entry.read_bytes())
    return total.hexdigest()[:24]


def is_traced(engine: Engine) -> bool:
    """Whether the last tracing rested on what there is now: another would find the same. Raises DatabaseProblem."""
    return read_bookmarks(engine, SOURCE).get(MARK) == rests_on(engine)


def publish(
    snapshot: Snapshot,
    matching: Matching,
    engine: Engine,
    *,
    learnt: datetime,
    spool_dir: Path,
    mark: str | None = None,
) -> RunReport:
    """Publish links and traces as two whole lists. Their day is that of the newest list that they rest on.

    A run that finds what the last one found publishes nothing but itself. ``mark`` is what ``rests_on`` gave before the
    snapshot was read; none for a tracing out of the usual, which is no reason to leave out the next.
    """
    lists = [feed for feed in snapshot.feeds if feed.feed.startswith(_TITLES)]
    as_at = max([snapshot.on, *(feed.as_at for feed in lists)])
    origin = "computed from " + ", ".join(f"{feed.feed} as at {feed.as_at}" for feed in lists)
    with Intake(engine, SOURCE, learnt=learnt, spool_dir=spool_dir, publisher=PUBLISHER) as intake:
        for feed in (LINKS, HOMES):
            intake.deliver(Delivery(feed=feed, as_at=as_at, complete=True, origin=origin))
        for seen in _observations(snapshot, matching, origin):
            intake.take(seen)
        return intake.publish(_CHECKS, bookmarks={MARK: mark})


def _observations(snapshot: Snapshot, matching: Matching, origin: str) -> Iterator[Observation]:
    """Links and traces with their evidence: a digest of what was compared, and of the raw records that it came from."""
    levels = {(claim.home, claim.title): sorted(claim.evidence.levels.items()) for claim in matching.claims}
    for link in matching.links:
        home = snapshot.homes[snapshot.home_of[link.location]].current
        entries = snapshot.titles[link.title].entries
        raw = [one.raw_digest for one in (*home.evidence, *(e for entry in entries for e in entry.evidence))]
        yield _seen(LINKS, link, (levels[link.location, link.title], raw), origin)
    for trace in matching.traces:
        home = snapshot.homes[snapshot.home_of[trace.location]].current
        yield _seen(HOMES, trace, [one.raw_digest for one in home.evidence], origin)


def _seen(feed: str, record: Record, rests_on: object, origin: str) -> Observation:
    digest = hashlib.sha256(msgspec.json.encode([record.id, rests_on])).hexdigest()
    return Observation(feed=feed, record=record, raw_digest=digest, origin=origin)
