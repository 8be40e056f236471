"""Companies House's API over real HTTP: pages, windows of requests, refusals, and quiet nights."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult

import pytest
from companies_house_site import (
    CHAIN,
    CHARGES,
    COUNTY,
    FAILED,
    JSON,
    OFFICERS,
    SOURCE,
    Companies,
    House,
    authorization,
    founded,
)
from loopback import KEY, Answer, serve

from crawler.refresh import replay
from exercise import companies_house_api as house
from register.database import open_database


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
