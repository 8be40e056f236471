"""CQC's API on a bad night: nothing is lost, closed or half published, and the morning says what was wrong.

Every case is one good night, one bad one, and one good one again, over HTTP on loopback with the real spider.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from loopback import Answer, Site, serve
from nights import Register

CASE = Path(__file__).resolve().parent / "cases" / "cqc_api"
LIST, RECORD = "/locations", "/locations/1-9000000003"
JSON = {"Content-Type": "application/json"}
LOGIN = (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><title>Please log in</title></html>")
ALWAYS = 99


def body_of(path: str) -> bytes:
    return (CASE / f"{path.strip('/')}.json").read_bytes()


def changed(path: str, **fields: object) -> bytes:
    return json.dumps({**json.loads(body_of(path)), **fields}).encode()


def page(ids: list[str], *, number: int = 1, pages: int = 1, total: int | None = None) -> bytes:
    """A page of the list of locations."""
    listed = [{"locationId": identifier} for identifier in ids]
    following = f"/locations?page={number + 1}&perPage=3" if number < pages else None
    return json.dumps(
        {
            "total": len(ids) if total is None else total,
            "page": number,
            "totalPages": pages,
            "nextPageUri": following,
            "locations": listed,
        }
    ).encode()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """A register after one good night."""
    register = Register(tmp_path_factory.mktemp("api") / "good")
    with serve(Site(CASE)) as site:
        report = register.night("cqc_api", site.address)
    assert report.state == "published" and all(one.complete for one in report.deliveries)
    assert not register.state("cqc_api").stale and not register.state("cqc_api").partial
    return register


def morning_after(good: Register, folder: Path, site: Site, *, timeout: float | None = None) -> tuple[Register, str]:
    """One bad night and a good one after it, with what must hold whatever the fault; gives the state and the issues."""
    register = good.copy(folder / "register")
    before, digest = register.open_records(), register.digest
    with serve(site):
        report = register.night("cqc_api", site.address, timeout=timeout)
    after, morning = register.open_records(), register.state("cqc_api")
    assert after.keys() >= before.keys(), "a bad night closed a record"
    if report.state != "published":
        assert register.digest == digest
        assert morning.stale
    else:
        assert morning.partial == (not all(one.complete for one in report.deliveries))
    found = f"{report.state}{' in part' if morning.partial else ''}"
    issues = " ".join(morning.issues)
    if report.state == "published" and not morning.partial:
        return register, f"{found}: {issues}"
    with serve(Site(CASE)) as well:
        again = register.night("cqc_api", well.address)
    assert again.state == "published" and all(one.complete for one in again.deliveries)
    assert register.open_records() == before
    assert not register.state("cqc_api").stale and not register.state("cqc_api").partial
    return register, f"{found}: {issues}"


def strikes(path: str, answer: Answer, times: int = ALWAYS) -> dict[str, list[Answer]]:
    return {path: [answer] * times}


CUT = {**JSON, "Content-Length": "100000"}
ZIPPED = {**JSON, "Content-Encoding": "gzip"}
ELSEWHERE = (302, {"Location": "http://localhost:9/login"}, b"")
SLOW, TRICKLED = {**JSON, ":wait": "0.8"}, {**JSON, ":trickle": "0.2"}
BOMB = gzip.compress(bytes(65 * 1024**2), 9)

#: Path, what it answers, how often, and how the morning finds it.
FAULTS = {
    "429 that says how long": (LIST, (429, {"Retry-After": "1"}, b""), 1, "published: "),
    "429 that does not": (RECORD, (429, {}, b""), 2, "published: "),
    "429 for ever": (RECORD, (429, {"Retry-After": "0"}, b""), ALWAYS, "abandoned: .*too many requests were made"),
    "429 until tomorrow": (LIST, (429, {"Retry-After": "86400"}, b""), ALWAYS, "abandoned: .*too many requests"),
    "503 for a moment": (LIST, (503, {}, b"busy"), 3, "published: "),
    "500 for ever from the list": (LIST, (500, {}, b""), ALWAYS, "abandoned: .*locations: the answer was 500"),
    "500 for ever from a record": (RECORD, (500, {}, b""), ALWAYS, "published in part: .*1 of the 4 records.*was 500"),
    "a record that is gone": (RECORD, (404, {}, b""), ALWAYS, "published in part: .*not to be had .404."),
    "a list that is gone": (LIST, (404, {}, b""), ALWAYS, "abandoned: .*there is nothing at this address"),
    "a key that no longer opens": (RECORD, (401, {}, b""), ALWAYS, "abandoned: .*key is missing or wrong"),
    "a slow answer": (LIST, (200, SLOW, b"{}"), 1, "published: "),
    "no answer in time from the list": (LIST, (200, SLOW, b"{}"), ALWAYS, "abandoned: .*did not answer in time"),
    "no answer in time from a record": (RECORD, (200, SLOW, b"{}"), ALWAYS, "published in part: .*not answer in time"),
    "a trickled list": (LIST, (200, TRICKLED, body_of(LIST)), ALWAYS, "abandoned: .*did not answer in time"),
    "a list cut short once": (LIST, (200, CUT, b'{"total"'), 1, "published: "),
    "a list cut short": (LIST, (200, CUT, b'{"total"'), ALWAYS, "abandoned: .*locations: the answer was cut short"),
    "a record cut short": (RECORD, (200, CUT, b'{"loc'), ALWAYS, "published in part: .*the answer was cut short"),
    "half a record, no length": (RECORD, (200, {":length": ""}, body_of(RECORD)[:90]), ALWAYS, "in part: .*no JSON"),
    "a record as an image": (RECORD, (200, {"Content-Type": "image/png"}, body_of(RECORD)), ALWAYS, "published: "),
    "a list as a web page": (LIST, (200, {"Content-Type": "text/html"}, page(["1-9000000001"])), 0, "published: "),
    "a login page for the list": (LIST, LOGIN, ALWAYS, "abandoned: .*is a web page"),
    "a login page for a record": (RECORD, LOGIN, ALWAYS, "published in part: .*the answer was a web page"),
    "an empty list file": (LIST, (200, JSON, b""), ALWAYS, "abandoned: .*the answer is empty"),
    "an empty record": (RECORD, (200, JSON, b""), ALWAYS, "published in part: .*the answer was empty"),
    "a list of nothing": (LIST, (200, JSON, page([])), ALWAYS, "kept aside: .*whole list, and is empty"),
    "a list elsewhere": (LIST, ELSEWHERE, ALWAYS, "abandoned: .*not a place of this source"),
    "a record elsewhere": (RECORD, ELSEWHERE, ALWAYS, "published in part: .*not a place of this source"),
    "a gzip bomb": (LIST, (200, ZIPPED, BOMB), ALWAYS, "abandoned: .*unpacks to more than"),
    "a gzip cut short once": (RECORD, (200, ZIPPED, gzip.compress(body_of(RECORD))[:-20]), 1, "published: "),
    "a gzip cut short": (RECORD, (200, ZIPPED, gzip.compress(body_of(RECORD))[:-20]), ALWAYS, "in part: .*cut short"),
    "no gzip": (LIST, (200, ZIPPED, b"words"), ALWAYS, "abandoned: .*is no gzip"),
    "malformed UTF-8": (RECORD, (200, JSON, body_of(RECORD).replace(b"Inv", b"\xff")), ALWAYS, "in part: .*no JSON"),
    "a list in malformed UTF-8": (LIST, (200, JSON, b'{"total": 1, "locations": "\xff\xfe"}'), ALWAYS, "abandoned: "),
    "another record's answer": (RECORD, (200, JSON, body_of("/locations/1-9000000001")), ALWAYS, "in part: .*another"),
    "a list of numbers": (LIST, (200, JSON, b"[1, 2]"), ALWAYS, "abandoned: .*is not a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_night_loses_nothing_closes_nothing_and_is_named(good: Register, tmp_path: Path, fault: str) -> None:
    path, answer, times, said = FAULTS[fault]
    _, found = morning_after(good, tmp_path, Site(CASE, strikes=strikes(path, answer, times)), timeout=0.5)
    assert re.match(f".*{said}", found), found


def test_a_date_in_the_future_is_left_unknown_and_told(good: Register, tmp_path: Path) -> None:
    body = changed(RECORD, registrationDate="2031-01-01")
    _, found = morning_after(good, tmp_path, Site(CASE, strikes=strikes(RECORD, (200, JSON, body))))
    assert found.startswith("published: ")
    assert "registrationDate: is not a date that this list can speak of" in found


def test_a_code_and_a_field_never_seen_before_are_kept_and_told(good: Register, tmp_path: Path) -> None:
    body = changed("/locations/1-9000000002", registrationStatus="Suspended", robotCare="Y")
    site = Site(CASE, strikes=strikes("/locations/1-9000000002", (200, JSON, body)))
    _, found = morning_after(good, tmp_path, site)
    assert "registrationStatus: is a value never seen before; kept as it is (1 time, such as 'Suspended')" in found
    assert "robotCare: is a field never seen before; it is not read" in found


def test_ids_in_lower_case_are_asked_for_in_upper_case_and_are_the_same_records(tmp_path: Path) -> None:
    listed = page(["rm3y3"])
    record = {"locationId": "RM3Y3", "registrationStatus": "Registered", "gacServiceTypes": []}
    both = Site(CASE, answers={LIST: (200, JSON, listed), "/locations/RM3Y3": (200, JSON, json.dumps(record).encode())})
    upper = Site(CASE, answers={**both.answers, LIST: (200, JSON, page(["RM3Y3"]))})
    register = Register(tmp_path / "register")
    with serve(upper):
        register.night("cqc_api", upper.address)
    before = register.open_records()
    with serve(both):
        report = register.night("cqc_api", both.address)
    assert report.changed == 0 and all(one.complete for one in report.deliveries)
    assert register.open_records() == before


@dataclass
class Moving(Site):
    """A site whose list of locations changes with every request for a page of it. ``lists`` are the ids each time."""

    lists: list[list[str]] = field(default_factory=list)

    def _list(self, kind: str, query: dict[str, list[str]]) -> bytes:
        if kind != "locations":
            return super()._list(kind, query)
        ids = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        number, pages = int(query["page"][0]), max(1, -(-len(ids) // 3))
        return page(ids[(number - 1) * 3 : number * 3], number=number, pages=pages, total=len(ids))


ALL = [f"1-900000000{n}" for n in range(1, 5)]


def test_a_list_that_shrinks_while_it_is_paged_closes_and_loses_nothing(good: Register, tmp_path: Path) -> None:
    # The second page is asked for after the first record has gone: the fourth has moved to the first page, unseen.
    _, found = morning_after(good, tmp_path, Moving(CASE, lists=[ALL, ALL[1:]]))
    assert found.startswith("published in part: ")
    assert "the list was not read whole: it changed while it was read" in found


def test_a_list_that_changes_and_keeps_its_length_is_found_out_by_a_second_reading(
    good: Register, tmp_path: Path
) -> None:
    new = "1-9000000009"
    record = json.dumps({"locationId": new, "registrationStatus": "Registered", "gacServiceTypes": []}).encode()
    site = Moving(
        CASE, lists=[ALL, [*ALL[1:], new], [*ALL[1:], new]], answers={f"/locations/{new}": (200, JSON, record)}
    )
    register = good.copy(tmp_path / "register")
    before = register.open_records()
    with serve(site):
        report = register.night("cqc_api", site.address)
    assert report.state == "published" and not report.deliveries[0].complete
    assert register.open_records().keys() == {*before.keys(), ("cqc_api/locations", f"cqc:{new}")}
    assert "read a second time, it named others" in " ".join(register.state("cqc_api").issues)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (page(ALL[:3], number=1, pages=2, total=4), "page 1 of the list came twice"),
        (page(ALL[:3], number=2, pages=2, total=4), "page 2 of the list holds only what earlier pages held"),
        (page(ALL[:3], number=2, pages=9999, total=4), "page 2 of the list holds only what earlier pages held"),
        (page(ALL[3:], number=2, pages=9999, total=4), "the list has 9,999 pages"),
    ],
)
def test_a_page_that_comes_twice_publishes_nothing(good: Register, tmp_path: Path, second: bytes, said: str) -> None:
    first = (200, JSON, page(ALL[:3], number=1, pages=2, total=4))
    site = Site(CASE, strikes={LIST: [first, (200, JSON, second)]})
    _, found = morning_after(good, tmp_path, site)
    assert found.startswith("abandoned: ") and said in found


def test_a_list_that_claims_more_than_it_names_closes_nothing(good: Register, tmp_path: Path) -> None:
    _, found = morning_after(good, tmp_path, Site(CASE, strikes=strikes(LIST, (200, JSON, page(ALL[:3], total=4)))))
    assert found.startswith("published in part: ") and "it counts 4 entries, and names 3" in found


def test_a_server_that_is_down_half_way_stops_the_crawl_and_publishes_nothing(tmp_path: Path) -> None:
    ids = [f"1-{n:010d}" for n in range(60)]
    site = Site(CASE, answers={LIST: (200, JSON, page(ids))})
    site.answers |= {f"/locations/{identifier}": (200, JSON, b"<html>down</html>") for identifier in ids}
    register = Register(tmp_path / "register")
    with serve(site):
        report = register.night("cqc_api", site.address)
    assert report.state == "abandoned"
    assert "26 records could not be fetched, the last because the answer was a web page" in report.reasons[0]
