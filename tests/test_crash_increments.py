"""Killed at any moment of a night that asks for what has changed: the nights after it make the same register.

The night is one of the ways of asking for less: CQC's changes, Companies House's streams, a file by its mark; where an
inquiry asks for more kills, the land registry's lists and the tracing of titles too. Each step is a process of its own.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from datetime import time as clock
from functools import partial
from pathlib import Path

import msgspec
import pytest
from nights import FIRST, FORKED, Register

from crawler.refresh import Job, Outcome
from crawler.source import SOURCES
from exercise import build_county
from exercise.companies_house_api import KEY as COMPANIES_KEY
from exercise.companies_house_api import STREAM_KEY
from exercise.site import Site, serve
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.matching.tracing import match_snapshot, publish, rests_on
from register.reading import load_snapshot, register_digest

#: ``LONGSTOP_KILLS=200`` for as many as an inquiry would ask for: that takes half an hour.
KILLS = max(3, int(os.environ.get("LONGSTOP_KILLS", "0")))
FEW, KILLS_A_REGISTER = 3, 10
STEPS: tuple[str, ...] = ("cqc_api", "companies_house", "care_inspectorate")
if KILLS > FEW:
    STEPS = (*STEPS, "ciw", "hmlr", "tracing")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and flock are POSIX")


def crawl(job: bytes, outcome: Path) -> None:
    """In a process of its own: one crawl."""
    from crawler.__main__ import outcome_of

    outcome.write_bytes(msgspec.json.encode(outcome_of(msgspec.json.decode(job, type=Job))))


def trace(url: str, spool: Path, day: date) -> None:
    """In a process of its own: the titles are matched anew where anything that they rest on has changed."""
    engine = open_database(url)
    mark, snapshot = rests_on(engine), load_snapshot(engine)
    learnt = datetime.combine(day, clock(12), UTC)
    assert publish(snapshot, match_snapshot(snapshot), engine, learnt=learnt, spool_dir=spool, mark=mark)


@dataclass
class Nights:
    """A register, the site that it asks, and how long each step of a night takes."""

    register: Register
    site: Site

    def step(self, name: str, *, kill_after: float | None = None) -> int | None:
        """One step of a night, killed so many seconds after it began; its exit status."""
        register, outcome = self.register, self.register.folder / "outcome.json"
        outcome.unlink(missing_ok=True)
        if name == "tracing":
            target = partial(trace, register.url, register.spool, register.today)
        else:
            keys = {"cqc_api": self.site.key, "companies_house": COMPANIES_KEY}
            key = keys.get(name) or self.site.settings().get(f"LONGSTOP_{name.upper()}_KEY", "")
            job = register.job(name, self.site.url(name), key=key)
            if name == "companies_house":
                stream = self.site.url("companies_house_stream")
                job = msgspec.structs.replace(job, stream_base=stream, stream_key=STREAM_KEY)
            target = partial(crawl, msgspec.json.encode(job), outcome)
        process = FORKED.Process(target=target)
        process.start()
        process.join(kill_after)
        process.kill()
        process.join()
        if kill_after is None and name != "tracing":
            report = msgspec.json.decode(outcome.read_bytes(), type=Outcome).report
            assert report is not None and report.state == "published", report
        return process.exitcode

    def night(self) -> dict[str, float]:
        """A whole night, undisturbed; the seconds that each step takes."""
        takes = {}
        for name in STEPS:
            begun = time.monotonic()
            assert self.step(name) == 0
            takes[name] = time.monotonic() - begun
        return takes

    @property
    def digests(self) -> tuple[str, str]:
        engine = open_database(self.register.url)
        try:
            return register_digest(engine), load_snapshot(engine).digest
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A register after its first night; since then some homes have other beds, and a month has passed in the county."""
    with serve(build_county(20, 7, as_at=FIRST), directory_format="csv") as site:
        nights = Nights(Register(tmp_path_factory.mktemp("increments") / "first", nights=1), site)
        nights.register.folder.mkdir()
        engine = open_database(nights.register.url)
        accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", FIRST))
        engine.dispose()
        nights.night()
        later = site.county.later()
        homes = [one for one in later.registrations(active=True) if one.care_home][:2]
        amended = later.stock.amended(replace(one, beds=(one.beds or 0) + 7) for one in homes)
        site.publish(
            replace(later, stock=amended), "csv", entered=datetime.combine(nights.register.today, clock(12), UTC)
        )
        nights.register.nights += 29  # a full pass is due after 31 days
        yield nights


@pytest.mark.timeout(300 if KILLS == FEW else 0)
def test_a_night_of_changes_killed_at_random_and_run_again_makes_the_same_register(
    first: Nights, tmp_path: Path
) -> None:
    undisturbed = Nights(first.register.copy(tmp_path / "undisturbed"), first.site)
    before = undisturbed.digests
    takes = undisturbed.night()
    expected = undisturbed.digests
    assert expected != before, "nothing changed: the test means nothing"
    chance, killed = random.Random(20261122), 0
    nights = undisturbed
    for number in range(KILLS):
        if number % KILLS_A_REGISTER == 0:
            nights = Nights(first.register.copy(tmp_path / f"killed {number}"), first.site)
        name = STEPS[number % len(STEPS)]
        killed += nights.step(name, kill_after=chance.uniform(0, takes[name])) == -signal.SIGKILL
        if number % KILLS_A_REGISTER == KILLS_A_REGISTER - 1 or number == KILLS - 1:
            nights.night()
            assert nights.digests == expected, f"after {number + 1} kills"
            assert not list(nights.register.spool.glob("staged-*"))
    assert killed > KILLS // 3, "the kills came too late to mean anything"
