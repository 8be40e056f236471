"""Bad nights on the way of changes and of files that have not changed: nothing lost, nothing closed, all named."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest
from loopback import Answer, Site, serve
from nights import Register
from scrapy.http import Response

from crawler.cqc_changes import ChangesPage, Window, parse_changes
from crawler.downloads import Download
from crawler.edition import Edition, edition_held, edition_of
from crawler.tables import SourceChanged

CASE = Path(__file__).resolve().parent / "cases" / "cqc_api"
CHANGES = "/changes/location"
RECORD = "/locations/1-9000000002"
JSON = {"Content-Type": "application/json"}
LOGIN = (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Please log in</title>")
ALWAYS = 99


def changes(*ids: str, number: int = 1, pages: int = 1, total: int | None = None) -> Answer:
    """One page of changed ids."""
    page = {"total": len(ids) if total is None else total, "page": number, "totalPages": pages, "changes": list(ids)}
    return 200, JSON, json.dumps(page).encode()


def renamed() -> Answer:
    """The second record under a new name."""
    record = json.loads((CASE / f"{RECORD.strip('/')}.json").read_bytes())
    return 200, JSON, json.dumps({**record, "name": "Renamed House"}).encode()


@pytest.fixture(scope="module")
def site():
    """The recorded case, and changes: of locations the second, of providers none."""
    with serve(Site(CASE)) as running:
        yield running


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Register:
    """A register after a full night."""
    register = Register(tmp_path_factory.mktemp("changes") / "good")
    report = register.night("cqc_api", site.address)
    assert report.state == "published" and all(one.complete for one in report.deliveries)
    return register


def a_good_site(site: Site) -> None:
    site.strikes.clear()
    site.answers.clear()
    site.answers |= {CHANGES: changes("1-9000000002"), "/changes/provider": changes(), RECORD: renamed()}


ELSEWHERE = (302, {"Location": "http://localhost:9/login"}, b"")
CUT = {**JSON, "Content-Length": "100000"}

#: What ``/changes/location`` answers, and how the morning finds it.
FAULTS: dict[str, tuple[list[Answer], str]] = {
    "a login page": ([LOGIN], "abandoned: .*is a web page"),
    "an empty answer": ([(200, JSON, b"")], "abandoned: .*the answer is empty"),
    "500 for ever": ([(500, {}, b"")], "abandoned: .*the answer was 500"),
    "a key that no longer opens": ([(401, {}, b"")], "abandoned: .*key is missing or wrong"),
    "cut short": ([(200, CUT, b'{"total"')], "abandoned: .*cut short"),
    "elsewhere": ([ELSEWHERE], "abandoned: .*not a place of this source"),
    "a list of records": ([(200, JSON, b'{"total": 1, "changes": [{"id": 1}]}')], "abandoned: .*are no ids"),
    "no list at all": ([(200, JSON, b'{"statusCode": 200, "message": "ok"}')], 'abandoned: .*no list "changes"'),
    "a count and no ids": ([changes(total=7)], "abandoned: .*counts 7 entries, and page 1 names none"),
    "the first page again": (
        [changes("1-9000000002", pages=2, total=2)] * ALWAYS, "abandoned: .*page 1 came where page 2 was asked for"),
    "the same ids on every page": (
        [changes("1-9000000002", number=n, pages=9, total=9) for n in (1, 2)], "abandoned: .*only what earlier pages"),
    "a count of more than it names": (
        [changes("1-9000000002", total=3)], "published: .*counts 3 entries and names 1, so everything was read"),
    "a million pages": ([changes("1-9000000002", pages=10**6)], "abandoned: .*1,000,000 pages"),
    "pages that shrink": (
        [changes("1-9000000001", pages=2, total=2), changes("1-9000000002", number=2, pages=1, total=1)],
        "published: "),
    "ids that come twice, and in lower case": (
        [changes("1-9000000002", "1-9000000002", "1-9000000002", total=3)], "published: "),
    "an id that can be nobody's": ([changes("1-9000000002", "<script>")], "published in part: "),
    "an id that nobody has": ([changes("1-9000000002", "1-9000009999")], "published in part: .*not to be had .404."),
    "no such address": ([(404, {}, b"")] * ALWAYS, "published: .*cannot be asked for .404., so everything was read"),
    "a clock that is an hour late": ([], "published: "),
    "a clock that goes back with every answer": ([], "published: "),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_night_of_changes_loses_nothing_closes_nothing_and_is_named(
    good: Register, site: Site, tmp_path: Path, fault: str
) -> None:
    register = good.copy(tmp_path / "register")
    before, digest = register.open_records(), register.digest
    a_good_site(site)
    site.asked.clear()
    answers, said = FAULTS[fault]
    site.strikes[CHANGES] = list(answers) * (ALWAYS if len(answers) == 1 else 1)
    if fault == "a clock that is an hour late":
        late = format_datetime(register.job("cqc_api", "").learnt + timedelta(hours=23), usegmt=True)
        site.answers[CHANGES] = (200, {**JSON, "Date": late}, changes("1-9000000002")[2])
    if fault == "a clock that goes back with every answer":
        moments = (register.job("cqc_api", "").learnt - timedelta(minutes=5 * n) for n in range(ALWAYS))
        site.strikes[CHANGES] = [
            (200, {**JSON, "Date": format_datetime(moment, usegmt=True)}, changes("1-9000000002")[2])
            for moment in moments
        ]
    report = register.night("cqc_api", site.address)
    assert sum(path.startswith("/changes/") for path, _ in site.asked) < 20, "it is asked for ever"
    after, morning = register.open_records(), register.state("cqc_api")
    assert after.keys() >= before.keys(), "a bad night closed a record"
    found = f"{report.state}{' in part' if morning.partial else ''}: {' '.join(morning.issues)}"
    assert re.match(f".*{said}", found), found
    if report.state != "published":
        assert register.digest == digest and morning.stale
    a_good_site(site)
    again = register.night("cqc_api", site.address)
    assert again.state == "published" and not register.state("cqc_api").stale
    changed = {key for key, held in register.open_records().items() if before.get(key) != held}
    assert changed == {("cqc_api/locations", "cqc:1-9000000002")}, "the change was lost, or another made up"


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"null",
        b'{"changes": "1-1"}',
        b'{"changes": [], "page": "one"}',
        b'{"changes": [""], "total": 1}',
        b'{"changes": ["1-1"], "total": 5}',
        b'{"total": -1, "changes": []}',
        b"\xff",
        b'{"changes": [null]}',
    ],
)
def test_what_is_no_page_of_changes_is_not_taken_for_one_without_any(raw: bytes) -> None:
    with pytest.raises(SourceChanged):
        parse_changes(raw, 1)


def test_a_page_out_of_turn_is_refused() -> None:
    window = Window(*[None] * 3)  # type: ignore[arg-type]
    with pytest.raises(SourceChanged, match="page 2 came where page 1 was asked for"):
        window.add(ChangesPage(("1-1",), 2, 2))


DATASTORE = "/datastore"
FILE = "/images/documents/2/MDSF_data_31%20May%202026.csv"
PAGE = Path(__file__).resolve().parent / "cases" / "care_inspectorate" / "datastore.html"
CSV = Path(__file__).resolve().parent / "cases" / "care_inspectorate" / "MDSF_data_31 May 2026.csv"
TAG = '"edition-1"'


def files(body: bytes, **headers: str) -> Site:
    return Site(answers={DATASTORE: (200, {}, PAGE.read_bytes()), FILE: (200, headers, body)})


def fresh(register: Register, site: Site, **more: object):
    site.asked.clear()
    report = register.night("care_inspectorate", site.address + DATASTORE, **more)
    return report, dict(site.asked)


def test_a_file_that_has_not_changed_is_asked_for_by_its_tag_and_writes_no_row_but_the_runs(tmp_path: Path) -> None:
    register = Register(tmp_path / "register")
    with serve(files(CSV.read_bytes(), ETag=TAG)) as site:
        _, asked = fresh(register, site)
        assert "if-none-match" not in asked[FILE]
        before, digest = register.rows(), register.digest
        site.answers[FILE] = (304, {"ETag": TAG}, b"")
        report, asked = fresh(register, site)
        assert asked[FILE]["if-none-match"] == TAG
        assert (report.state, report.deliveries) == ("published", ())
        after = register.rows()
        assert {name for name in after if after[name] != before[name]} == {"run"} and register.digest == digest
        state = register.state("care_inspectorate")
        assert not state.stale and "not changed since it was read on" in state.nothing_new[0]
        _, asked = fresh(register, site, later=40)
        assert "if-none-match" not in asked[FILE], "a month later nobody is believed any more"


def test_a_file_whose_server_keeps_no_tags_is_told_to_be_the_same_by_what_it_holds(tmp_path: Path) -> None:
    register = Register(tmp_path / "register")
    with serve(files(CSV.read_bytes())) as site:
        fresh(register, site)
        report, _ = fresh(register, site)
        assert report.deliveries == () and report.nothing_new
        report, _ = fresh(register, site, full=True)
        assert report.deliveries and report.changed == 0
        site.answers[FILE] = (200, {}, CSV.read_bytes().replace(b"Invented", b"Changed!", 1) + b"\r\n")
        report, _ = fresh(register, site)
        assert report.deliveries, "a file that changed is read"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {"ETag": TAG}, b""), "the answer is empty"),
        ((304, {}, b""), "304"),
        ((200, {"ETag": TAG}, LOGIN[2]), "web page"),
    ],
)
def test_a_bad_answer_is_not_remembered_as_an_edition(tmp_path: Path, answer: Answer, said: str) -> None:
    register = Register(tmp_path / "register")
    with serve(files(CSV.read_bytes(), ETag=TAG)) as site:
        good_answer, site.answers[FILE] = site.answers[FILE], answer
        report, _ = fresh(register, site)
        assert report.state == "abandoned" and said in " ".join(report.reasons)
        assert register.rows()["bookmark"] == 0
        site.answers[FILE] = good_answer
        report, asked = fresh(register, site)
        assert report.state == "published" and "if-none-match" not in asked[FILE]


def test_a_file_that_is_kept_aside_is_read_again_the_next_night(tmp_path: Path) -> None:
    register = Register(tmp_path / "register")
    lines = CSV.read_bytes().splitlines(keepends=True)
    with serve(files(lines[0], ETag=TAG)) as site:
        report, _ = fresh(register, site)
        assert report.state == "kept aside" and register.rows()["bookmark"] == 0
        report, asked = fresh(register, site)
        assert report.state == "kept aside" and "if-none-match" not in asked[FILE]


def test_a_list_that_lost_its_end_ends_nothing_until_the_next_one_lacks_it_too(tmp_path: Path) -> None:
    header = "CSNumber,CareService,Registered_Places,SP_number,ServiceStatus,ServiceName\r\n"
    rows = [f"CS20030000{n},Care Home Service,30,SP2003000001,Active,House {n}\r\n" for n in range(10, 40)]
    register = Register(tmp_path / "register")
    with serve(files((header + "".join(rows)).encode())) as site:
        fresh(register, site)
        before = register.open_records()
        site.answers[FILE] = (200, {}, (header + "".join(rows[:-4])).encode())
        report, _ = fresh(register, site)
        assert report.state == "published" and register.open_records() == before
        state = register.state("care_inspectorate")
        assert state.partial and "the last 3 records of the list before are all missing" in " ".join(state.issues)
        report, _ = fresh(register, site)
        assert report.deliveries[0].ended == 4 and not register.state("care_inspectorate").partial
        site.answers[FILE] = (200, {}, (header + "".join(rows[3:-5])).encode())
        report, _ = fresh(register, site)
        assert [one.ended for one in report.deliveries] == [4, 0], "of those that go some stand elsewhere"


def test_a_mark_that_stays_while_the_file_changes_and_one_that_is_none_are_not_sent_back(tmp_path: Path) -> None:
    def edition(body: bytes, tag: str, before: Edition | None = None) -> Edition:
        download = Download(tmp_path, 10_000)
        download.take(body)
        download.end()
        answer = Response("http://x.example/", headers={"ETag": tag})
        return edition_of(answer, download, "reader", Register(Path()).today, before=before)

    first = edition(b"one", TAG)
    assert first.headers == {"If-None-Match": TAG}
    assert edition(b"two", TAG, first).headers == {} and edition(b"one", TAG, first).headers == first.headers
    assert edition(b"two", '"edition-2"', first).headers == {"If-None-Match": '"edition-2"'}
    assert not any(edition(b"one", bad).headers for bad in ("*", "edition", '"a b"', '"' + "x" * 600 + '"', '"\x7f"'))


def test_an_edition_of_a_day_to_come_of_another_reader_or_out_of_shape_is_not_believed() -> None:
    today = Register(Path()).today
    kept = Edition("0" * 64, "reader", today, TAG)

    def held(edition: Edition, reader: str = "reader") -> Edition | None:
        return edition_held(msgspec.json.encode(edition).decode(), reader, today)

    assert held(kept) == kept
    assert held(kept, "another reader") is None
    assert held(Edition("0" * 64, "reader", today + timedelta(days=1), TAG)) is None
    assert held(Edition("0" * 64, "reader", today - timedelta(days=32), TAG)) is None
    assert edition_held("{", "reader", today) is None and edition_held(None, "reader", today) is None
