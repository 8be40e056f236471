"""The land registry's API over real HTTP: its key, its licence, and addresses that hold for ten seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.refresh import refresh
from crawler.source import SOURCES
from crawler.spiders.hmlr import newest_files
from crawler.tables import SourceChanged
from crawler.terms import NotAccepted
from exercise.county import build_county
from exercise.land_registry_files import FILES
from exercise.site import Fault, serve
from register.acceptances import Acceptance, accept
from register.database import open_database
from register.intake import RunReport
from register.reading import load_snapshot
from register.settings import read_settings

LEARNT, A_MONTH_ON = datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 12, 3, 12, tzinfo=UTC)
COUNTY = build_county(30, 7)
LATER = COUNTY.later()


def crawl(source: str = "hmlr", learnt: datetime = LEARNT) -> RunReport:
    return refresh(source, settings=read_settings(), today=learnt.date(), learnt=learnt)


def test_the_countys_titles_are_fetched_with_a_key_an_accepted_licence_and_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "home"))
    with serve(COUNTY) as site:
        for name, value in site.settings().items():
            monkeypatch.setenv(name, value)
        with pytest.raises(NotAccepted, match="longstop accept hmlr"):
            crawl()
        assert not [path for path in site.requests if path.startswith("/land-registry")], "nothing was even asked for"
        engine = open_database(read_settings())
        accept(engine, Acceptance("hmlr", SOURCES["hmlr"].licence, "Exercise Council", LEARNT.date()))
        assert crawl("cqc_api").state == "published"
        assert site.land is not None
        site.land.signed = False
        assert "accept the licence of" in " ".join(crawl().reasons)
        site.land.signed = True
        monkeypatch.setenv("LONGSTOP_HMLR_KEY", "another")
        assert "does not know this key" in " ".join(crawl().reasons)
        monkeypatch.setenv("LONGSTOP_HMLR_KEY", site.settings()["LONGSTOP_HMLR_KEY"])
        site.land.valid_for = -1.0
        late = " ".join(crawl().reasons)
        assert "ran out 3 times" in late and "permission" not in late
        site.land.valid_for = 10.0
        site.inject(Fault(FILES, status=403))  # one address runs out before it is used: it is asked for again
        report = crawl()
        assert report.state == "published", report.reasons
        assert {(d.feed, d.complete, d.quarantined) for d in report.deliveries} == {
            ("hmlr/ccod", True, 0),
            ("hmlr/ocod", True, 0),
        }
        before = load_snapshot(engine)
        assert before.titles and not any("Exerciseton" in repr(title) for title in before.titles.values())
        quiet = crawl()
        assert (quiet.state, quiet.deliveries) == ("published", ()), quiet.reasons
        site.publish(LATER)
        changed = crawl(learnt=A_MONTH_ON)
        assert changed.state == "published", changed.reasons
        assert {d.origin for d in changed.deliveries} == {
            f"{name}_{kind}_2026_12.zip" for name in ("CCOD", "OCOD") for kind in ("FULL", "COU")
        }


def test_the_newest_list_is_found_wherever_its_name_stands():
    files = [{"file_name": f"CCOD_FULL_2026_{month:02d}.zip", "size": 3} for month in (9, 11, 10)]
    result = {"resources": [*files, {"file_name": "CCOD_COU_2026_11.zip"}, {"file_name": "CCOD_COU_2026_10.zip"}]}
    assert newest_files(result, "ccod") == ["CCOD_COU_2026_11.zip", "CCOD_FULL_2026_11.zip"]
    with pytest.raises(SourceChanged, match="no full list of OCOD"):
        newest_files(result, "ocod")
