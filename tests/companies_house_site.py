"""Companies House's API over an invented county, and a register that knows two of its companies, for tests."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult

import msgspec
from loopback import KEY, Answer, Site
from nights import Register
from sqlalchemy import select

from crawler.refresh import Job
from exercise import companies_house_api as house
from exercise.county import build_county
from register.bookmarks import read_bookmarks
from register.database import open_database
from register.intake import Intake
from register.models import QuarantineRow, table_of
from register.records import Delivery, LocationRecord, Observation, ProviderRecord, raw_digest

SOURCE = "companies_house"
COUNTY = build_county(20, 3)
JSON = {"Content-Type": "application/json"}
STREAM_KEY = "a-stream-key-for-tests"
STATEMENTS = "persons-with-significant-control-statements"


def company_of(brand: str) -> str:
    return next(p.company for p in COUNTY.stock.providers.values() if p.brand and p.brand.id == brand and p.company)


#: The largest chain's company (a board of more than one page, two holding companies above it), and one whose holding
#: company has failed.
CHAIN, FAILED = company_of("EXB1"), company_of("EXB2")
OFFICERS, CHARGES = f"/company/{CHAIN}/officers", f"/company/{CHAIN}/charges"


def authorization(key: str) -> str:
    return f"Basic {b64encode(f'{key}:'.encode()).decode()}"


@dataclass
class House(Site):
    """The API over the county, with strikes at its paths and answers of its own."""

    api: house.CompaniesHouseAnswers = field(default_factory=lambda: house.CompaniesHouseAnswers(COUNTY))

    def answer(self, url: SplitResult, headers: dict[str, str]) -> Answer:
        self.asked.append((url.path + (f"?{url.query}" if url.query else ""), headers))
        if self.strikes.get(url.path):
            return self.strikes[url.path].pop(0)
        if url.path in self.answers:
            return self.answers[url.path]
        if headers.get("authorization") == authorization(KEY):
            headers = {**headers, "authorization": authorization(house.KEY)}
        found = self.api.answer(url._replace(path=house.API + url.path), headers)
        return found.status, {"Content-Type": found.kind, **dict(found.headers)}, found.body

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path.startswith("/company/")]


@dataclass
class Companies(Register):
    """A register that knows two companies of care providers, and the address of a stream once there is one."""

    stream: str | None = None
    full: bool = False

    def job(self, source: str, base: str, *, timeout: float | None = None) -> Job:
        job = super().job(source, base, timeout=timeout)
        return msgspec.structs.replace(job, stream_base=self.stream, stream_key=STREAM_KEY, full=self.full)

    def copy(self, folder: Path) -> Companies:
        copied = super().copy(folder)
        return Companies(copied.folder, copied.nights)

    @property
    def bookmarks(self) -> dict[str, str]:
        engine = open_database(self.url)
        try:
            return read_bookmarks(engine, SOURCE)
        finally:
            engine.dispose()

    def remarks(self) -> list[str]:
        engine = open_database(self.url)
        try:
            with engine.connect() as connection:
                table = table_of(QuarantineRow)
                return [f"{row.record_id}: {row.reason}" for row in connection.execute(select(table))]
        finally:
            engine.dispose()


def founded(folder: Path) -> Companies:
    register = Companies(folder / "register")
    register.folder.mkdir(parents=True)
    engine = open_database(register.url)
    with Intake(engine, "cqc_api", learnt=datetime(2026, 6, 1, tzinfo=UTC), spool_dir=register.spool) as intake:
        for kind in ("locations", "providers"):
            intake.deliver(Delivery(feed=f"cqc_api/{kind}", as_at=register.today, complete=False, origin=kind))
        for number, company in enumerate((CHAIN, FAILED), start=1):
            home = LocationRecord(id=f"cqc:1-10{number}", provider_id=f"cqc:1-20{number}", care_home=True)
            runs = ProviderRecord(id=f"cqc:1-20{number}", company=f"gb-coh:{company}")
            for kind, record in (("locations", home), ("providers", runs)):
                seen = Observation(feed=f"cqc_api/{kind}", record=record, raw_digest=raw_digest(b""), origin=kind)
                intake.take(seen)
        assert intake.publish().state == "published"
    engine.dispose()
    return register
