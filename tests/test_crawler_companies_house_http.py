"""Companies House's API and streams over real HTTP: pages, windows of requests, refusals, and quiet nights."""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

import msgspec
import pytest
from loopback import KEY, Answer, Site, serve
from nights import Register
from sqlalchemy import select

from crawler.change_stream import LATER, STREAMS
from crawler.refresh import Job, replay
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


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Companies:
    """A register after one good night of Companies House."""
    register = founded(tmp_path_factory.mktemp("good"))
    with serve(House()) as site:
        report = register.night(SOURCE, site.address)
    assert report.state == "published", report.reasons
    assert {one.feed.partition("/")[2]: one.complete for one in report.deliveries} == dict.fromkeys(
        ("profiles", "officers", "control", "charges", "insolvency"), True
    )
    return register


def test_the_key_is_the_user_name_of_http_basic_and_companies_above_are_asked_in_the_same_night(tmp_path: Path):
    register = founded(tmp_path)
    with serve(House()) as site:
        assert register.night(SOURCE, site.address).state == "published"
    told = {headers["authorization"] for path, headers in site.asked if path.startswith("/company/")}
    assert told == {authorization(KEY)}
    for above in ("99900001", "99900002", "99900031"):
        assert f"/company/{above}" in site.paths
    assert f"{OFFICERS}?items_per_page=100&start_index=100" in site.paths
    assert len(site.paths) == len(set(site.paths)), "something was asked twice"
    profiles = [path for path in site.paths if path.count("/") == 2]
    assert not [path for path in site.paths if path.endswith(("/exemptions", "-statements"))]
    insolvent = [path for path in site.paths if path.endswith("/insolvency")]
    assert (len(profiles), insolvent) == (5, ["/company/99900031/insolvency"])


def test_the_answers_kept_in_a_folder_make_the_register_that_asking_makes(good: Companies, tmp_path: Path):
    register = founded(tmp_path)
    house.write_api(COUNTY, tmp_path / "api")
    engine = open_database(register.url)
    today = good.today
    learnt = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    report = replay(SOURCE, tmp_path / "api", engine=engine, today=today, learnt=learnt, shown=False)
    engine.dispose()
    assert report.state == "published" and all(one.complete for one in report.deliveries), report
    assert register.open_records() == good.open_records()


def test_a_second_night_asks_nothing_of_companies_that_were_asked(good: Companies, tmp_path: Path):
    register = good.copy(tmp_path / "register")
    with serve(House()) as site:
        report = register.night(SOURCE, site.address)
    assert (report.state, site.paths, report.deliveries) == ("published", [], ())
    assert "no company is new" in " ".join(report.nothing_new)


def test_everything_is_asked_again_after_a_week_and_when_told_to(good: Companies, tmp_path: Path):
    register = good.copy(tmp_path / "register")
    register.nights += 6
    with serve(House()) as site:
        report = register.night(SOURCE, site.address)
        asked = len(site.paths)
        register.full = True
        again = register.night(SOURCE, site.address)
    assert asked > 10 and len(site.paths) == 2 * asked
    for one in (*report.deliveries, *again.deliveries):
        assert (one.complete, one.published, one.ended) == (True, 0, 0)


ALWAYS = 99
PAGE = (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Sign in</title>")
#: Path, what it answers, how often, and how the morning finds the night.
FAULTS: dict[str, tuple[str, Answer, int, str]] = {
    "401": (f"/company/{CHAIN}", (401, JSON, b'{"error":"Invalid"}'), ALWAYS, "abandoned: .*key is missing"),
    "429 for ever": (CHARGES, (429, {}, b""), ALWAYS, "abandoned: .*too many requests"),
    "429 once, without a word": (CHARGES, (429, {}, b""), 1, "published: $"),
    "503 once": (CHARGES, (503, {}, b"<html>busy</html>"), 1, "published: $"),
    "500 for ever": (CHARGES, (500, {}, b"<html>"), ALWAYS, "in part: .*charges: the list was not read whole: 1 ans"),
    "a login page": (OFFICERS, PAGE, ALWAYS, "in part: .*officers: the list was not read whole.*a web page"),
    "a login page for a profile": (f"/company/{CHAIN}", PAGE, ALWAYS, "officers, control, charges.*: 1 profiles c"),
    "JSON cut short": (CHARGES, (200, JSON, b'{"items": [{"charge_nu'), ALWAYS, "in part: .*charges: the list"),
    "an empty answer": (CHARGES, (200, JSON, b""), ALWAYS, "in part: .*the answer was empty"),
    "404, somebody else's": (CHARGES, (404, {}, b"<html>nginx</html>"), ALWAYS, "in part: .*nothing at this address"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_night_of_companies_house_ends_nothing_that_it_did_not_hear_of(
    fault: str, good: Companies, tmp_path: Path
):
    register = good.copy(tmp_path / "register")
    register.full = True
    before, digest = register.open_records(), register.digest
    path, answer, times, expected = FAULTS[fault]
    with serve(House(strikes={path: [answer] * times})) as site:
        report = register.night(SOURCE, site.address)
    morning = register.state(SOURCE)
    found = f"{report.state}{' in part' if morning.partial else ''}: {' '.join(morning.issues)}"
    assert re.search(expected, found), found
    assert register.open_records().keys() >= before.keys()
    if report.state != "published":
        assert register.digest == digest and morning.stale


def test_a_404_for_a_part_of_a_company_means_that_there_is_none_in_each_of_its_three_shapes(tmp_path: Path):
    register = founded(tmp_path)
    shapes = {
        CHARGES: b"",
        f"/company/{FAILED}/charges": b'{"errors":[{"error":"company-charges-not-found","type":"ch:service"}]}',
        "/company/99900031/insolvency": b'{"error":"Not Found","path":"/x","status":404,"timestamp":"2026-04-21"}',
    }
    with serve(House(answers={path: (404, {}, body) for path, body in shapes.items()})) as site:
        report = register.night(SOURCE, site.address)
    held = {one.feed.partition("/")[2]: one for one in report.deliveries}
    assert report.state == "published" and not register.state(SOURCE).partial and register.remarks() == []
    assert (held["charges"].handed, held["insolvency"].handed, held["charges"].complete) == (0, 0, False)


def test_what_could_not_be_had_is_asked_again_the_next_night_and_nothing_else(good: Companies, tmp_path: Path):
    register = good.copy(tmp_path / "register")
    register.full = True
    with serve(House(strikes={CHARGES: [(500, {}, b"")] * ALWAYS})) as site:
        register.night(SOURCE, site.address)
    register.full = False
    with serve(House()) as site:
        report = register.night(SOURCE, site.address)
    assert {path.split("/")[2] for path in site.paths} == {CHAIN}
    assert CHARGES in {path.partition("?")[0] for path in site.paths}
    assert report.state == "published"
    assert not any(one.complete or one.quarantined for one in report.deliveries)


def test_a_company_that_is_unknown_is_told_and_ends_nothing_until_that_is_said_twice(good: Companies, tmp_path: Path):
    register = good.copy(tmp_path / "register")
    before = register.open_records().keys()
    unknown = b'{"errors":[{"error":"company-profile-not-found","type":"ch:service"}]}'
    register.nights += 6
    with serve(House(answers={"/company/99900002": (404, JSON, unknown)})) as site:
        report = register.night(SOURCE, site.address)
        assert report.state == "published"
        told = [remark for remark in register.remarks() if "knows no company" in remark]
        assert told == ["gb-coh:99900002: Companies House knows no company of this number (404)"]
        assert register.open_records().keys() == before and register.state(SOURCE).partial
        register.nights += 6
        again = register.night(SOURCE, site.address)
    assert all(one.complete for one in again.deliveries), again
    assert not register.state(SOURCE).partial, register.state(SOURCE).issues


def test_a_window_of_requests_is_kept_to_by_what_the_server_tells_of_it(tmp_path: Path):
    register = founded(tmp_path)
    site = House()
    site.api.window = house.Window(8, 2)
    statuses: list[int] = []
    answer = site.answer

    def counted(url: SplitResult, headers: dict[str, str]) -> Answer:
        found = answer(url, headers)
        statuses.append(found[0])
        return found

    site.answer = counted  # type: ignore[method-assign]
    with serve(site):
        report = register.night(SOURCE, site.address)
    assert report.state == "published", report.reasons
    assert 429 not in statuses
    assert len(statuses) > 16, "the night fits into one window: nothing was tested"


def test_a_window_that_others_have_used_up_is_waited_for(tmp_path: Path):
    register = founded(tmp_path)
    site = House()
    site.api.window = house.Window(1_000, 3)
    spent = [(429, dict(site.api.window.take()[1]) | {"x-ratelimit-remain": "0"}, b"")]
    begun = time.monotonic()
    with serve(House(strikes={f"/company/{CHAIN}": spent}, api=site.api)) as served:
        report = register.night(SOURCE, served.address)
    assert report.state == "published", report.reasons
    assert time.monotonic() - begun > 1
    assert [path for path in served.paths if path == f"/company/{CHAIN}"] == [f"/company/{CHAIN}"] * 2


# The streams. This server never ends an answer of its own accord, as the real one does not.


@dataclass
class Streams:
    """What each stream has to tell, the least timepoint it reaches back to, how one refuses, and what was asked."""

    events: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    oldest: int = 0
    refusal: tuple[int, bytes] | None = None
    without: frozenset[str] = frozenset()
    mangled: bool = False
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def lines(self, name: str, since: int | None) -> bytes:
        told = self.events.get(name, [(10, f"/company/{CHAIN}/officers/none", "changed")])
        chosen = told[-1:] if since is None else [one for one in told if one[0] >= since]
        lines = [
            json.dumps(
                {
                    "resource_kind": name,
                    "resource_uri": address,
                    "resource_id": address.rpartition("/")[2],
                    "event": {"timepoint": at, "type": kind},
                }
            )
            for at, address, kind in chosen
        ]
        return "".join(f"{line}\n" for line in [*lines, *(["{mangled"] if self.mangled else [])]).encode()


@contextmanager
def streaming(streams: Streams) -> Iterator[Streams]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            streams.asked.append(self.path)
            query = parse_qs(url.query)
            since = int(query["timepoint"][0]) if "timepoint" in query else None
            refusal = streams.refusal if url.path == "/charges" else None
            status, body = refusal or (200, b"")
            if url.path == "/robots.txt" or url.path.strip("/") in streams.without:
                status = 404
            elif self.headers["Authorization"] != authorization(STREAM_KEY):
                status, body = 401, b'{"error":"Invalid Authorization"}'
            elif since is not None and since < streams.oldest:
                status = 416
            self.send_response(status)
            if status != 200 or refusal:
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            lines = streams.lines(url.path.strip("/"), since)
            half = len(lines) // 2
            try:
                for piece in (lines[:half], lines[half:], b"\n"):
                    if piece:
                        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                        self.wfile.flush()
                over.wait(5)
            except OSError:
                pass
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    streams.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield streams
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Companies:
    """A register after one good night with the streams."""
    register = founded(tmp_path_factory.mktemp("followed"))
    with serve(House()) as site, streaming(Streams()) as streams:
        register.stream = streams.address
        report = register.night(SOURCE, site.address)
    assert report.state == "published" and all(one.complete for one in report.deliveries), report
    assert {name for name in register.bookmarks if name.startswith("stream ")} == {f"stream {name}" for name in STREAMS}
    return register


def next_night(register: Companies, streams: Streams, site: House) -> list[str]:
    """One night more; what was asked of the API."""
    with serve(site), streaming(streams):
        register.stream = streams.address
        report = register.night(SOURCE, site.address)
    assert report.state == "published", report.reasons
    return sorted(path.partition("?")[0] for path in site.paths)


def test_only_what_a_stream_says_has_changed_is_asked_and_only_of_companies_that_matter(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    told = [(10, "/company/0/x", "changed"), (12, f"/company/{CHAIN}/charges/a", "changed")]
    streams = Streams(
        {
            "charges": [
                *told,
                (12, f"/company/{CHAIN}/charges/a", "changed"),
                (15, "/company/00000006/charges/b", "changed"),
            ]
        }
    )
    assert next_night(register, streams, House()) == [CHARGES]
    assert streams.asked.count("/charges?timepoint=10") == 1
    assert register.bookmarks["stream charges"] == "15"
    assert next_night(register, streams, House()) == []


def test_a_profile_that_changed_is_asked_alone_where_nothing_else_is_said_of_it(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"companies": [(10, "/company/0", "changed"), (11, f"/company/{CHAIN}", "changed")]})
    assert next_night(register, streams, House()) == [f"/company/{CHAIN}"]


def test_statements_are_asked_when_their_stream_tells_of_them_and_with_control_where_there_is_no_such_stream(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    statements, control = f"/company/{CHAIN}/{STATEMENTS}", f"/company/{CHAIN}/persons-with-significant-control"
    first, second = (10, "/company/0/x", "changed"), (11, f"/company/{CHAIN}/x", "changed")
    assert next_night(register, Streams({STATEMENTS: [first, second]}), House()) == [statements]
    without = Streams({"persons-with-significant-control": [first, second]}, without=LATER)
    assert next_night(register, without, House()) == [control, statements]
    assert not register.state(SOURCE).partial


def test_a_record_taken_off_the_register_is_told_and_stays_until_a_whole_list_lacks_it(
    followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"charges": [(10, "/company/0/x", "changed"), (11, f"/company/{CHAIN}/charges/gone", "deleted")]})
    next_night(register, streams, House())
    assert any(f"charge:{CHAIN}/gone: was taken off the register" in remark for remark in register.remarks())


def test_a_timepoint_that_is_too_old_has_everything_asked_again_and_says_so(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    streams = Streams({"officers": [(90, f"/company/{CHAIN}/officers/x", "changed")]}, oldest=0)
    streams.oldest = 50
    asked = next_night(register, streams, House())
    assert OFFICERS in asked and f"/company/{FAILED}" in asked
    assert "(416)" in " ".join(register.state(SOURCE).issues)
    assert register.bookmarks["stream officers"] == "90"


@pytest.mark.parametrize(
    "refusal", [(401, b"{}"), (503, b"<html>busy</html>"), (200, b"<!DOCTYPE html><title>Sign in</title>")]
)
def test_a_stream_that_does_not_answer_is_named_and_keeps_its_place(
    refusal: tuple[int, bytes], followed: Companies, tmp_path: Path
):
    register = followed.copy(tmp_path / "register")
    before = register.bookmarks
    assert next_night(register, Streams(refusal=refusal), House()) == []
    morning = register.state(SOURCE)
    assert morning.partial and "the stream of charges: " in " ".join(morning.issues)
    assert register.bookmarks == before


def test_an_event_that_cannot_be_read_has_everything_asked_the_next_night(followed: Companies, tmp_path: Path):
    register = followed.copy(tmp_path / "register")
    assert next_night(register, Streams(mangled=True), House()) == []
    assert "the next night asks for everything" in " ".join(register.state(SOURCE).issues)
    assert len(next_night(register, Streams(), House())) > 10
    assert not register.state(SOURCE).partial
