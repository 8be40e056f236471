"""The loopback site behaves as the real sites do, over real HTTP."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from exercise.api_answers import KEY
from exercise.county import County, build_county
from exercise.site import Fault, Site, serve


@pytest.fixture(scope="module")
def county() -> County:
    return build_county(60, 7)


@pytest.fixture
def site(county) -> Iterator[Site]:
    with serve(county) as running:
        yield running


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask with exactly these headers: http.client adds no User-Agent of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), headers=named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def api(site: Site, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask the API as a polite reader does."""
    usual = {"User_Agent": "longstop-tests", "Ocp_Apim_Subscription_Key": KEY}
    return get(site.url("cqc_api") + path, **(usual | headers))


def test_the_api_wants_a_user_agent_and_the_right_key(site):
    url = site.url("cqc_api") + "/locations"
    assert get(url, Ocp_Apim_Subscription_Key=KEY)[0] == 403
    assert get(url, User_Agent="x")[0] == 401
    assert get(url, User_Agent="x", Ocp_Apim_Subscription_Key="wrong")[0] == 401
    assert api(site, "/locations")[0] == 200


def test_pages_of_the_list_follow_one_another_and_miss_nobody(site, county):
    ids, page, pages = [], 1, 1
    while page <= pages:
        envelope = json.loads(api(site, f"/locations?page={page}&perPage=25")[2])
        pages = envelope["totalPages"]
        assert envelope["page"] == page and envelope["perPage"] == 25
        assert (envelope["nextPageUri"] is None) == (page == pages)
        assert (envelope["previousPageUri"] is None) == (page == 1)
        ids += [entry["locationId"] for entry in envelope["locations"]]
        page += 1
    assert ids == list(county.stock.registrations)
    beyond = json.loads(api(site, f"/locations?page={pages + 1}&perPage=25")[2])
    assert beyond["locations"] == []


@pytest.mark.parametrize("query", ["page=0", "page=x", "perPage=-1", "partnerCode=Longstop"])
def test_a_bad_question_is_a_bad_request(site, query):
    assert api(site, f"/locations?{query}")[0] == 400


def test_filters_narrow_the_list_and_repeated_ones_widen_it(site, county):
    def count(query: str) -> int:
        return json.loads(api(site, f"/locations?perPage=1000&{query}")[2])["total"]

    north, south = (council.name.replace(" ", "%20") for council in county.stock.councils)
    assert count("careHome=Y") == sum(r.care_home for r in county.registrations())
    assert count("careHome=Y") + count("careHome=N") == len(county.stock.registrations)
    assert count(f"localAuthority={north}&localAuthority={south}") == len(county.stock.registrations)
    assert 0 < count(f"localAuthority={north}") < len(county.stock.registrations)


def test_a_record_comes_by_its_id_and_only_in_capitals(site, county):
    registration = next(iter(county.registrations()))
    status, _, body = api(site, f"/locations/{registration.id}")
    assert status == 200 and json.loads(body)["locationId"] == registration.id
    assert api(site, f"/locations/{registration.id.lower()}")[0] == 400
    assert api(site, "/locations/EX-999999999")[0] == 404
    provider = json.loads(api(site, f"/providers/{registration.provider}")[2])
    assert registration.id in provider["locationIds"]
    held = json.loads(api(site, f"/providers/{registration.provider}/locations")[2])
    assert {"organisationId": registration.id} in held["locations"]
    assert api(site, "/nothing")[0] == 404


def test_changes_name_what_changed_between_two_times(site, county):
    site.publish(county.later())
    window = "startTimestamp=2026-11-02T00:00:00Z&endTimestamp=2026-12-01T00:00:00Z"
    envelope = json.loads(api(site, f"/changes/location?{window}&perPage=1000")[2])
    new = set(county.later().stock.registrations) - set(county.stock.registrations)
    assert new <= set(envelope["changes"]) and len(envelope["changes"]) == envelope["total"] == 6
    nothing = json.loads(
        api(site, "/changes/location?startTimestamp=2030-01-01T00:00:00Z&endTimestamp=2030-02-01T00:00:00Z")[2]
    )
    assert nothing["totalPages"] == 0 and nothing["changes"] == []
    assert api(site, "/changes/location?startTimestamp=2026-11-02T00:00:00Z")[0] == 400
    assert api(site, "/changes/provider?startTimestamp=soon&endTimestamp=2026-11-02T00:00:00Z")[0] == 400


def test_beyond_the_rate_limit_the_api_asks_to_wait(county):
    with serve(county, requests_a_minute=3) as site:
        answers = [api(site, "/locations") for _ in range(5)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1][1]["Retry-After"]) <= 60


@pytest.mark.parametrize("form", ["ods", "csv", "xlsx"])
def test_the_page_leads_to_this_months_files(county, form):
    with serve(county, directory_format=form) as site:
        page = get(site.url("cqc_directory"))[2].decode()
        assert "INVENTED" in page
        links = [part.split('"')[0] for part in page.split('href="')[1:]]
        files = [link for link in links if link.endswith(f".{form}")]
        assert len(files) == 3
        for link in files:
            status, headers, body = get(site.address + link)
            assert status == 200 and len(body) == int(headers["Content-Length"]) > 1_000


def test_a_file_not_changed_is_not_sent_again(site, county):
    url = site.address + "/system/files/2026-11/01_November_2026_HSCA_Active_Locations.ods"
    status, headers, body = get(url, "HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 1_000
    assert get(url, If_None_Match=headers["ETag"])[0] == 304
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(url, If_None_Match='"another"')[0] == 200
    site.publish(county.later())
    assert get(url)[0] == 404, "addresses change every month"
    assert "December_2026" in get(site.url("cqc_directory"))[2].decode()


def test_boundaries_datastore_and_robots_are_served(site):
    assert "crossings" in json.loads(get(site.url("ons_boundaries"))[2])["objects"]
    page = get(site.url("care_inspectorate"))[2].decode()
    link = page.split('href="')[1].split('"')[0]
    assert get(site.address + link)[2].startswith(b"CSNumber,")
    assert b"Disallow" in get(site.address + "/robots.txt")[2]


def test_the_settings_name_every_source(site):
    settings = site.settings()
    assert settings["LONGSTOP_CQC_API_URL"] == site.url("cqc_api") and settings["LONGSTOP_CQC_API_KEY"] == KEY
    assert {"LONGSTOP_CQC_DIRECTORY_URL", "LONGSTOP_ONS_BOUNDARIES_URL"} <= set(settings)


def test_bad_days_come_when_asked_for_and_pass(site):
    site.inject(Fault("/public/v1/locations", status=429, retry_after=2, times=2))
    first, second, third = (api(site, "/locations") for _ in range(3))
    assert (first[0], second[0], third[0]) == (429, 429, 200) and first[1]["Retry-After"] == "2"
    site.inject(Fault("/public/v1/locations/", status=500, after=1, times=None))
    assert [api(site, "/locations/EX-100000001")[0] for _ in range(3)] == [200, 500, 500]
    assert api(site, "/providers")[0] == 200
    site.recover()
    assert api(site, "/locations/EX-100000001")[0] == 200


def test_a_body_can_be_cut_short_and_an_answer_be_slow(site):
    site.inject(Fault("/ONSvisual", cut=True))
    with pytest.raises(http.client.IncompleteRead):
        get(site.url("ons_boundaries"))
    site.inject(Fault("/robots.txt", wait=0.3))
    began = time.monotonic()
    assert get(site.address + "/robots.txt")[0] == 200
    assert time.monotonic() - began >= 0.3


def test_requests_are_counted_by_path_and_by_status(site):
    api(site, "/locations?page=1")
    api(site, "/locations?page=2")
    get(site.address + "/nowhere")
    assert site.requests["/public/v1/locations"] == 2
    assert site.statuses[200] == 2 and site.statuses[404] == 1
