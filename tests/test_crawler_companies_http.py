"""Companies House's bulk files over real HTTP: two pages of links, files in parts, and nothing without a company."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.refresh import refresh
from exercise.county import build_county
from exercise.site import Fault, serve
from register.database import open_database
from register.intake import RunReport
from register.reading import load_snapshot
from register.settings import read_settings

LEARNT = datetime(2026, 11, 1, 12, tzinfo=UTC)
COUNTY = build_county(20, 3)


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "home"))
    return monkeypatch


def crawl(source: str) -> RunReport:
    return refresh(source, settings=read_settings(), today=COUNTY.as_at, learnt=LEARNT)


def test_the_county_is_crawled_to_the_end_of_every_chain_and_a_missing_file_publishes_nothing(
    at_home: pytest.MonkeyPatch,
):
    with serve(COUNTY) as site:
        for name, value in site.settings().items():
            at_home.setenv(name, value)
        nothing_yet = crawl("companies_house_bulk")
        assert nothing_yet.state == "abandoned"
        assert "no company of a care provider yet" in " ".join(nothing_yet.reasons)
        assert not [path for path in site.requests if path.endswith(".zip")]
        assert crawl("cqc_api").state == "published"
        site.inject(Fault("/psc-snapshot", status=404, times=None))
        gone = crawl("companies_house_bulk")
        assert (gone.state, "nothing at this address" in " ".join(gone.reasons)) == ("abandoned", True)
        site.recover()
        report = crawl("companies_house_bulk")
    assert report.state == "published", report.reasons
    assert sorted((d.feed.partition("/")[2], d.complete, d.quarantined) for d in report.deliveries) == [
        ("companies", True, 0),
        ("control", True, 0),
    ]
    snapshot = load_snapshot(open_database(read_settings()))
    assert {c.party.id for some in snapshot.controls.values() for c in some} & snapshot.controls.keys()
    origins = {c.evidence[0].origin for some in snapshot.controls.values() for c in some}
    assert origins == {f"psc-snapshot-2026-11-01_{n}of2.zip" for n in (1, 2)}
