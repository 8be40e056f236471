"""Published files on a bad night: cut, emptied, changed, re-labelled; and a county that shrank, or forgot its beds."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import Answer, Site, serve
from nights import Register
from scrapy.http import Response

from cli.main import status_of
from crawler.courtesy import wait_told
from exercise import build_county
from exercise.site import Fault
from exercise.site import serve as serve_county
from register.intake import RunReport

CASES = Path(__file__).resolve().parent / "cases"
HTML, CSV = {"Content-Type": "text/html"}, {"Content-Type": "text/csv"}
PAGE = "/using-cqc-data"
FOLDER, ACTIVE = "/system/files/2026-05/", "05_May_2026_HSCA_Active_Locations.csv"
#: The recorded case without its row that has no id: a list with such a row is never whole.
LINES = [
    line
    for line in (CASES / "cqc_directory" / ACTIVE).read_bytes().splitlines(keepends=True)
    if not line.startswith(b",") or not line.strip(b",\r\n")
]
BODY = b"".join(LINES)
LOGIN = b"<!DOCTYPE html><title>Please log in</title>"
HEADER = next(number for number, line in enumerate(LINES) if b"Location ID" in line)


def directory() -> Site:
    """CQC's page and files."""
    folder = CASES / "cqc_directory"
    files = {f"{FOLDER}{p.name}": (200, CSV, p.read_bytes()) for p in folder.iterdir() if p.suffix == ".csv"}
    files[FOLDER + ACTIVE] = (200, CSV, BODY)
    return Site(answers={**files, PAGE: (200, HTML, (folder / "using-cqc-data.html").read_bytes())})


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """A register after one good night."""
    register = Register(tmp_path_factory.mktemp("files") / "good")
    with serve(directory()) as site:
        assert register.night("cqc_directory", site.address + PAGE).state == "published"
    return register


def header_with(was: bytes, now: bytes) -> bytes:
    lines = list(LINES)
    assert was in lines[HEADER]
    lines[HEADER] = lines[HEADER].replace(was, now, 1)
    return b"".join(lines)


#: What the file of the active locations answers, and how the morning finds it.
FAULTS: dict[str, tuple[Answer, str]] = {
    "a login page": ((200, HTML, LOGIN), "abandoned: .*web page"),
    "an empty file": ((200, CSV, b""), "abandoned: .*the answer is empty"),
    "blank lines": ((200, CSV, b"\n\n \n"), "abandoned: .*the answer is empty"),
    "a header and no row": ((200, CSV, b"".join(LINES[: HEADER + 1])), "kept aside: .*the whole list, and is empty"),
    "rows and no header": ((200, CSV, b"".join(LINES[HEADER + 1 :])), "abandoned: .*no header row"),
    "a changed header": ((200, CSV, header_with(b"Location ID", b"Ref")), 'abandoned: .*it lacks "Location ID"'),
    "cut, its length told": ((200, {**CSV, "Content-Length": str(len(BODY))}, BODY[:-90]), "abandoned: .*cut short"),
    "cut within a row": ((200, CSV, BODY[: len(BODY) - len(LINES[-1]) + 40]), "kept aside: .*a fall of more than"),
    "cut, no length told": ((200, {**CSV, ":length": ""}, b"".join(LINES[:-1])), "in part: .*did not say how long"),
    "one row of four": ((200, CSV, b"".join(LINES[: HEADER + 2])), "kept aside: .*a fall of more than"),
    "every row twice": ((200, CSV, BODY + b"".join(LINES[HEADER + 1 :])), "published: "),
    "as plain text": ((200, {"Content-Type": "text/plain; charset=ascii"}, BODY), "published: "),
    "as a spreadsheet": ((200, {"Content-Type": "application/vnd.ms-excel"}, BODY), "published: "),
    "gzipped in place": ((200, CSV, gzip.compress(BODY)), "published: "),
    "a gzip cut short": ((200, CSV, gzip.compress(BODY)[:-12]), "abandoned: .*cut short or broken"),
    "a gzip bomb": ((200, CSV, gzip.compress(bytes(120 * 1024**2), 9)), "abandoned: .*unpacks to more than"),
    "malformed UTF-8": ((200, CSV, BODY.replace(b"Old Mill", b"Old\xff\xfeMill")), "published: "),
    "a broken workbook": ((200, CSV, b"PK\x03\x04" + bytes(500)), "abandoned: .*"),
    "JSON": ((200, CSV, b'{"error": "no"}'), "abandoned: .*JSON, not a table"),
    "429 until tomorrow": ((429, {"Retry-After": "86400"}, b""), "abandoned: .*too many requests"),
    "500 for ever": ((500, {}, b""), "abandoned: .*the answer was 500"),
    "trickled": ((200, {**CSV, ":trickle": "0.2"}, BODY), "abandoned: .*did not answer in time"),
    "elsewhere": ((302, {"Location": "http://localhost:9/x.csv"}, b""), "abandoned: .*not a place of this source"),
    "to no address": ((302, {"Location": "http://[::1/x.csv"}, b""), "abandoned: .*redirects to what is no address"),
    "round and round": ((302, {"Location": FOLDER + ACTIVE}, b""), "abandoned: .*redirect"),
}  # fmt: skip


def morning_after(good: Register, folder: Path, site: Site, source: str = "cqc_directory") -> tuple[RunReport, str]:
    """One bad night, with what must hold whatever the fault; the report, and how the morning finds it."""
    register = good.copy(folder / "register")
    before, digest = register.open_records(), register.digest
    with serve(site):
        report = register.night(source, site.address + PAGE, timeout=0.6)
    after, morning = register.open_records(), register.state(source)
    assert after.keys() >= before.keys(), "a bad night closed a record"
    if report.state != "published":
        assert register.digest == digest and morning.stale
        with serve(directory()) as well:
            assert register.night(source, well.address + PAGE).state == "published"
        assert register.open_records() == before and not register.state(source).stale
    return report, f"{report.state}{' in part' if morning.partial else ''}: {' '.join(morning.issues)}"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_file_loses_nothing_closes_nothing_and_is_named(good: Register, tmp_path: Path, fault: str) -> None:
    answer, said = FAULTS[fault]
    site = directory()
    site.answers[FOLDER + ACTIVE] = answer
    _, found = morning_after(good, tmp_path, site)
    assert re.match(f".*{said}", found), found


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ((200, HTML, b"<html>nothing here today</html>"), "abandoned: .*no link to the active locations"),
        ((200, HTML, b""), "abandoned: .*the answer is empty"),
        ((200, HTML, b"\xff\xfe<a href='http://[x/05_May_2026_HSCA_Active_Locations.csv'>"), "abandoned: "),
    ],
)
def test_a_page_without_its_links_is_named(good: Register, tmp_path: Path, page: Answer, said: str) -> None:
    site = directory()
    site.answers[PAGE] = page
    _, found = morning_after(good, tmp_path, site)
    assert re.match(f".*{said}", found), found


def test_a_file_dated_in_the_future_is_kept_aside(good: Register, tmp_path: Path) -> None:
    site = directory()
    later = ACTIVE.replace("2026", "2031")
    site.answers[PAGE] = (200, HTML, f"<a href='{FOLDER}{later}'>x</a>".encode())
    site.answers[FOLDER + later] = (200, CSV, BODY.replace(b"2026", b"2031") if b"as at" in BODY else BODY)
    _, found = morning_after(good, tmp_path, site)
    assert "describes a day that has not come" in found


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("Sun, 22 Nov 2026 07:00:07 GMT", 7),
        ("Sun, 22 Nov 2026 06:00:00 GMT", 0),
        ("-5", None),
        ("nan", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 07:00:07 +" + "9" * 30, None),
        ("Mon, 31 Feb 2026 07:00:07 GMT", None),
    ],
)
def test_how_long_to_wait_is_taken_from_what_can_be(told: str, seconds: float | None) -> None:
    headers = {"Retry-After": told, "Date": "Sun, 22 Nov 2026 07:00:00 GMT"}
    assert wait_told(Response("http://x.example/", headers=headers)) == seconds


def test_checks_at_the_publishers_own_address_hold_a_list_that_doubled() -> None:
    from crawler.source import SOURCES

    checks = SOURCES["care_inspectorate"].checks_for(publisher_address=True)
    assert checks.max_rise == 0.5 and checks.floors
    assert replace(checks, max_rise=None) != checks


def test_a_county_that_shrank_by_half_is_kept_aside_told_by_exit_status_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    whole, half = build_county(60, 7), build_county(30, 7)
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LONGSTOP_DATABASE_URL", f"sqlite:///{(tmp_path / 'register.db').as_posix()}")
    monkeypatch.chdir(tmp_path)

    def digest() -> str:
        assert status_of(["status", "--json"]) in (0, 1)
        return str(json.loads(capfd.readouterr().out)["digest"])

    with serve_county(whole, directory_format="csv") as site:
        for name, value in site.settings().items():
            monkeypatch.setenv(name, value)
        assert status_of(["refresh", "cqc_api"]) == 0
        assert status_of(["status"]) == 0
        capfd.readouterr()
        before = digest()
        site.publish(half, "csv")
        assert status_of(["refresh", "cqc_api"]) == 1
        assert "cqc_api kept aside" in " ".join(capfd.readouterr().err.split())
        assert status_of(["status"]) == 1
        assert "was kept aside" in " ".join(capfd.readouterr().out.split())
        assert digest() == before
        site.publish(whole, "csv")
        assert status_of(["refresh", "cqc_api"]) == 0
        assert status_of(["status"]) == 0
        site.inject(Fault("/public/v1/locations/", status=404, after=5))
        assert status_of(["refresh", "cqc_api"]) == 1
        assert "absence from it ended nothing" in " ".join(capfd.readouterr().err.split())
        assert status_of(["status"]) == 1
        capfd.readouterr()
        assert digest() == before
