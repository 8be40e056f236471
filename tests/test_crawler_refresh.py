"""Crawls over real HTTP on loopback, in a process of their own: what they ask, what they refuse, what they publish."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from loopback import KEY, Site, serve
from nights import Register

from crawler.refresh import NotConfigured, refresh, replay
from crawler.source import SOURCES
from crawler.spider import Run, file_name
from register.database import open_database
from register.intake import RunReport
from register.reading import load_snapshot
from register.settings import read_settings

CASES = Path(__file__).resolve().parent / "cases"
TODAY, LEARNT = date(2026, 6, 1), datetime(2026, 6, 1, 3, tzinfo=UTC)
PAGE, DATASTORE = "/using-cqc-data", "/datastore"
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def crawl(tmp_path, monkeypatch):
    """Crawl a source on a site; the register is the file that ``engine`` of this test opens too."""
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("LONGSTOP_CQC_API_KEY", KEY)

    def run(source: str, address: str) -> RunReport:
        monkeypatch.setenv(f"LONGSTOP_{source.upper()}_URL", address)
        return refresh(source, settings=read_settings(), today=TODAY, learnt=LEARNT)

    return run


@pytest.fixture
def crawled():
    """The register that the crawls of this test wrote."""
    return lambda: open_database(read_settings())


def directory_site(**changes: tuple[int, dict[str, str], bytes]) -> Site:
    folder = CASES / "cqc_directory"
    files = {
        f"/system/files/2026-05/{p.name}": (200, {"Content-Type": "text/csv"}, p.read_bytes()) for p in folder.iterdir()
    }
    page = (200, HTML, (folder / "using-cqc-data.html").read_bytes())
    return Site(answers={**files, PAGE: page, **changes})


def test_crawling_a_site_and_replaying_its_json_make_the_same_register(crawl, crawled, engine):
    with serve(Site(CASES / "cqc_api")) as site:
        report = crawl("cqc_api", site.address)
    again = replay("cqc_api", CASES / "cqc_api", engine=engine, today=TODAY, learnt=LEARNT, shown=False)
    assert report.state == again.state == "published", report.reasons
    assert report.deliveries == again.deliveries
    assert all(delivery.complete for delivery in report.deliveries)
    first, second = (load_snapshot(one, on=TODAY) for one in (crawled(), engine))
    assert first.digest == second.digest
    assert first.homes == second.homes
    agents = {headers["user-agent"] for _, headers in site.asked}
    assert len(agents) == 1 and "Longstop/" in agents.pop()
    assert "/locations?page=2&perPage=3" in [path for path, _ in site.asked], "the list has a second page"
    assert not any("cookie" in headers for _, headers in site.asked)


def test_a_crawl_bears_with_a_server_that_tells_it_to_wait_and_with_a_record_that_is_gone(crawl):
    site = Site(CASES / "cqc_api", filters="&localAuthority=Oldham")
    site.strikes = {
        "/locations": [(429, {"Retry-After": "1"}, b"slow down"), (503, {}, b"busy")],
        "/locations/1-9000000003": [(404, {}, b"gone")],
    }
    with serve(site):
        report = crawl("cqc_api", site.address)
    assert report.state == "published", report.reasons
    locations = report.deliveries[0]
    assert (locations.handed, locations.quarantined, locations.complete) == (4, 1, False)
    assert all(headers.get("ocp-apim-subscription-key") == KEY for path, headers in site.asked if "robots" not in path)


def test_with_a_wrong_key_nothing_is_published_and_the_key_is_named(crawl, monkeypatch):
    monkeypatch.setenv("LONGSTOP_CQC_API_KEY", "another")
    with serve(Site(CASES / "cqc_api")) as site:
        report = crawl("cqc_api", site.address)
    assert (report.state, report.deliveries) == ("abandoned", ())
    assert "key is missing or wrong (401)" in report.reasons[0]


def test_an_id_in_lower_case_is_asked_for_once_more_in_upper_case(crawl):
    listed = {"total": 1, "page": 1, "totalPages": 1, "locations": [{"locationId": "rm3y3"}]}
    record = {"locationId": "RM3Y3", "registrationStatus": "Registered", "gacServiceTypes": []}
    site = Site(CASES / "cqc_api")
    site.answers = {
        "/locations": (200, {}, json.dumps(listed).encode()),
        "/locations/RM3Y3": (200, {}, json.dumps(record).encode()),
    }
    with serve(site):
        report = crawl("cqc_api", site.address)
    assert (report.deliveries[0].published, report.deliveries[0].quarantined) == (1, 0)


def test_the_files_of_the_month_are_found_on_the_page_and_published(crawl):
    with serve(directory_site()) as site:
        report = crawl("cqc_directory", site.address + PAGE)
    assert report.state == "published", report.reasons
    days = {delivery.feed: delivery.as_at for delivery in report.deliveries}
    assert days["cqc_directory/locations"] == date(2026, 5, 5)
    assert days["cqc_directory/ratings"] == date(2026, 5, 1)
    assert days["cqc_directory/deactivated"] == date(2026, 5, 6)
    assert not [path for path, _ in site.asked if "April" in path]


ACTIVE = "/system/files/2026-05/05_May_2026_HSCA_Active_Locations.csv"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({ACTIVE: (200, HTML, b"<html>Please log in</html>")}, "web page"),
        ({ACTIVE: (200, {}, b"")}, "empty"),
        ({ACTIVE: (404, {}, b"gone")}, "404"),
        ({ACTIVE: (200, {"Content-Length": "100000"}, b"Location ID,")}, "cut short"),
        ({ACTIVE: (302, {"Location": "http://localhost:9/elsewhere.csv"}, b"")}, "not a place of this source"),
        (
            {PAGE: (200, HTML, b"<a href='http://localhost:9/05_May_2026_HSCA_Active_Locations.ods'>x</a>")},
            "not a place",
        ),
        ({PAGE: (200, HTML, b"<a href='file:///etc/05_May_2026_HSCA_Active_Locations.ods'>x</a>")}, "not a place"),
        ({"/robots.txt": (200, {}, b"User-agent: *\nDisallow: /using-cqc-data\n")}, "robots.txt"),
    ],
)
def test_a_bad_night_is_told_in_a_sentence_and_publishes_nothing(tmp_path, changes, said):
    with serve(directory_site(**changes)) as site:
        report = Register(tmp_path).night("cqc_directory", site.address + PAGE)
    assert (report.state, report.deliveries) == ("abandoned", ())
    assert said in report.reasons[0]


def test_a_redirect_on_the_same_site_is_followed(crawl):
    csv = CASES / "care_inspectorate" / "MDSF_data_31 May 2026.csv"
    moved = "/images/documents/2/MDSF_data_31%20May%202026.csv"
    answers = {
        DATASTORE: (200, HTML, (CASES / "care_inspectorate" / "datastore.html").read_bytes()),
        moved: (301, {"Location": "/new/MDSF_data_31%20May%202026.csv"}, b""),
        "/new/MDSF_data_31%20May%202026.csv": (200, {"Content-Type": "text/csv"}, csv.read_bytes()),
    }
    with serve(Site(answers=answers)) as site:
        report = crawl("care_inspectorate", site.address + DATASTORE)
    assert report.state == "published", report.reasons
    assert report.deliveries[0].as_at == date(2026, 5, 31)


def test_boundaries_are_crawled_from_one_file(crawl):
    topology = (200, {}, (CASES / "ons_boundaries" / "topo.json").read_bytes())
    with serve(Site(answers={"/topo.json": topology})) as site:
        report = crawl("ons_boundaries", site.address + "/topo.json")
    assert (report.state, report.deliveries[0].published) == ("published", 7)


def test_a_source_that_wants_a_key_and_has_none_says_which_variable_to_set(monkeypatch, tmp_path):
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("LONGSTOP_CQC_API_KEY", raising=False)
    monkeypatch.delenv("LONGSTOP_CQC_API_URL", raising=False)
    with pytest.raises(NotConfigured, match="LONGSTOP_CQC_API_KEY"):
        refresh("cqc_api", settings=read_settings(), today=TODAY, learnt=LEARNT)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://www.careinspectorate.com/x.csv", True),
        ("https://www.careinspectorate.scot/x.csv", True),
        ("http://www.careinspectorate.com/x.csv", False),
        ("https://www.careinspectorate.com.example.org/x.csv", False),
        ("https://user:secret@www.careinspectorate.com/x.csv", False),
        ("https://www.careinspectorate.com:8443/x.csv", False),
        ("https://127.0.0.1/x.csv", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_the_sources_own_hosts_may_be_asked(tmp_path, address, allowed):
    source = SOURCES["care_inspectorate"]
    run = Run(source=source, base=source.url, folder=tmp_path, today=TODAY, send=lambda item: None)
    assert run.allowed(address) is allowed


@pytest.mark.parametrize(
    "address", ["https://x/../../etc/passwd", "https://x/%2e%2e%2fpasswd", "https://x/", "https://x/a\0b"]
)
def test_a_download_never_leaves_its_folder(address):
    name = file_name(address)
    assert name not in ("", ".", "..") and "/" not in name and "\0" not in name
