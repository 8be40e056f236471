"""The Gazette's notices and the Charity Commission's extract: joined by number alone, and read to their end."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, Site, serve

from crawler.gazette_notices import Notices, notice_number, page_of, plain_text
from crawler.reading import Reading, Unreadable
from crawler.refresh import read_published, refresh, replay
from crawler.spiders.charity_commission import entries_of, parse_published
from crawler.tables import SourceChanged
from exercise import build_county, write_county
from exercise import serve as serve_county
from register.database import open_database
from register.insolvency import business_failure
from register.intake import RunReport
from register.reading import load_snapshot
from register.records import CharityRecord, Delivery, Fault, NoticeRecord, Observation
from register.settings import read_settings
from register.snapshot import Snapshot

CASES = Path(__file__).resolve().parent / "cases"
TODAY = date(2026, 6, 1)
LEARNT = datetime(2026, 11, 1, 3, tzinfo=UTC)
COUNTY = build_county(20, 3)


def the_company(content: str, title: str = "ROSE CARE LIMITED", code: str = "2443") -> str | None:
    """The company that one notice is joined to."""
    entry: dict[str, object] = {
        "id": "https://www.thegazette.co.uk/id/notice/90000001", "f:notice-code": code, "title": title,
        "published": "2026-05-20T00:00:00", "category": {"@term": "Notice"}, "content": content,
    }  # fmt: skip
    items = Notices(Reading("gazette/notices", "x", TODAY), None).read([entry], "x")
    found = [i.record for i in items if isinstance(i, Observation)]
    assert all(isinstance(record, NoticeRecord) for record in found)
    return found[0].company if found else None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("(Company Number 09000123)", "gb-coh:09000123"),
        ("Company Number:&nbsp;9000123, in liquidation", "gb-coh:09000123"),
        ("<p>Company No. SC900123</p>", "gb-coh:SC900123"),
        ("Registered number: NI900123", "gb-coh:NI900123"),
        ("company registration number OC900123", "gb-coh:OC900123"),
        ("Co. Reg. No. 09000123", "gb-coh:09000123"),
        ("charity registered number 900123", None),
        ("VAT registered number 900012345", None),
        ("telephone number 09000123, office holder number 90001", None),
        ("09000123", None),
        ("", None),
    ],
)
def test_only_a_company_number_said_to_be_one_joins_a_notice(content, number):
    assert the_company(content) == number


def test_a_petitioners_number_is_never_taken_for_the_companys():
    petition = "A petition to wind up {0} presented by TRADE LIMITED (Company Number 09000999)"
    assert the_company(petition.format("ROSE CARE LIMITED (Company Number 09000123)"), code="2450") == "gb-coh:09000123"
    assert the_company(petition.format("the above-named company"), code="2450") is None
    assert the_company("TRADE LTD Company Number 09000999; ROSE CARE LTD Company Number 09000123") is None


@pytest.mark.parametrize("text", ["Company Number: 090001...", "Company Number: 090001…", "Company Number: 9000123"])
def test_a_number_at_the_end_of_a_text_that_was_cut_off_is_nobodys(text):
    assert the_company(text) is None
    parent = "A subsidiary of TRADE LIMITED (Company Number 09000999). "
    assert the_company(parent + text) is None, "the one that is left is not the company's either"
    assert the_company("Company Number: 09000123...") == "gb-coh:09000123", "no number is longer than eight"


def test_notices_printed_before_2014_have_numbers_of_another_shape():
    assert notice_number("https://www.thegazette.co.uk/id/notice/L-59731-1323921") == "L-59731-1323921"
    assert notice_number("https://www.thegazette.co.uk/id/notice/4567890") == "4567890"
    assert notice_number("https://www.thegazette.co.uk/id/notice/data.json") is None


def test_a_single_notice_is_an_object_and_the_total_is_a_string():
    assert len(page_of(b'{"f:total": "1", "entry": {"id": "x"}}').entries) == 1
    assert page_of(b'{"f:total": "0"}').entries == ()


@pytest.mark.parametrize(
    "page", [b"<html>Log in</html>", b"[]", b'{"entry": []}', b'{"f:total": "1", "entry": [3]}', b""]
)
def test_what_is_no_page_of_notices_is_refused(page):
    with pytest.raises(SourceChanged):
        page_of(page)


@given(st.text(max_size=300))
def test_no_text_of_a_notice_breaks_the_reader(content):
    assert (the_company(content) or "gb-coh:").startswith("gb-coh:")
    assert "\n" not in plain_text(content)


def test_an_entry_without_a_code_is_told_by_its_category_and_personal_insolvency_is_not_kept():
    items = list(read_published("gazette", CASES / "gazette", today=TODAY))
    records = {i.record.id: i.record for i in items if isinstance(i, Observation)}
    codes = {key: record.code for key, record in records.items() if isinstance(record, NoticeRecord)}
    assert codes["gazette:90000003"] == "2452"
    assert codes["gazette:90000008"] == "Something New"
    assert business_failure(codes["gazette:90000008"]) == "perhaps"
    assert business_failure(codes["gazette:90000004"]) == "no", "a members' voluntary liquidation is solvent"
    assert "gazette:90000007" not in codes and "ALEX" not in repr(records)
    assert "joined to nothing: 1" in " ".join(i.reason for i in items if isinstance(i, Fault))


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "home"))
    return monkeypatch


def crawl(source: str, today: date = COUNTY.as_at) -> RunReport:
    learnt = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    return refresh(source, settings=read_settings(), today=today, learnt=learnt)


def snapshot() -> Snapshot:
    return load_snapshot(open_database(read_settings()))


def test_the_countys_notices_and_charities_are_crawled_for_the_companies_that_matter(at_home, tmp_path):
    with serve_county(COUNTY) as site:
        for name, value in site.settings().items():
            at_home.setenv(name, value)
        write_county(COUNTY, tmp_path / "files", ["csv"])
        engine = open_database(read_settings())
        for source in ("cqc_api", "companies_house_bulk"):
            path = tmp_path / "files" / source
            report = replay(source, path, engine=engine, today=COUNTY.as_at, learnt=LEARNT, shown=False)
            assert report.state == "published", report.reasons
        for source in ("gazette", "charity_commission"):
            report = crawl(source)
            assert report.state == "published", report.reasons
        again = crawl("gazette")
        assert (again.state, again.deliveries) == ("published", ()), "a night on which nothing was new writes no list"
    found = snapshot()
    said = {notice.record.code for some in found.notices.values() for notice in some}
    assert "2410" in said and found.notices["gb-coh:99900001"][0].record.published_on == date(2026, 10, 20)
    companies = {home.record.company for home in found.providers.values()} | set(found.companies)
    assert set(found.notices) <= companies
    charities = {p.record.charity for p in found.providers.values() if p.record.charity and p.homes}
    assert {f"gb-chc:{number}" for number in charities} <= found.charities.keys()
    assert not [one for one in found.charities.values() if "VILLAGE HALL" in one.record.name]


def notices_page(total: int, *numbers: int) -> Answer:
    entries = [
        {"id": f"https://x/id/notice/{n}", "f:notice-code": "2443", "title": "A LIMITED", "content": f"Company No. {n}",
         "published": "2026-10-30T00:00:00", "category": {"@term": "N"}} for n in numbers
    ]  # fmt: skip
    return 200, {"Content-Type": "application/json"}, json.dumps({"f:total": str(total), "entry": entries}).encode()


@pytest.fixture
def knows_companies(at_home: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A register that knows a company of a care provider."""
    loaded = replay(
        "ciw", CASES / "ciw", engine=open_database(read_settings()), today=TODAY, learnt=LEARNT, shown=False
    )
    assert loaded.state == "published", loaded.reasons
    return at_home


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(200, {}, b"<html>Please log in</html>")], "web page"),
        ([notices_page(2, 9000001), notices_page(3, 9000002)] * 6, "changed 3 times while it was read"),
        ([notices_page(10**6, 9000001)], "says that it has 1,000,000 notices"),
    ],
)
def test_a_gazette_that_breaks_off_publishes_nothing_and_says_why(knows_companies, answers, said):
    with serve(Site()) as site:
        site.strikes["/notices"] = list(answers)
        knows_companies.setenv("LONGSTOP_GAZETTE_URL", f"{site.address}/notices")
        report = crawl("gazette")
    assert (report.state, report.deliveries) == ("abandoned", ())
    assert said in " ".join(report.reasons)


def test_a_list_of_notices_that_changed_once_is_read_again(knows_companies):
    with serve(Site()) as site:
        site.strikes["/notices"] = [notices_page(3, 9000001, 9000002), notices_page(2, 9000003)]
        site.answers["/notices"] = notices_page(2, 9000001, 9000002)
        knows_companies.setenv("LONGSTOP_GAZETTE_URL", f"{site.address}/notices")
        report = crawl("gazette")
    assert report.state == "published", report.reasons


def charities(path: Path, wanted: frozenset[str] = frozenset()) -> tuple[Delivery, dict[str, CharityRecord]]:
    items = list(parse_published(path, today=TODAY, companies=wanted))
    records = {i.record.id: i.record for i in items if isinstance(i, Observation)}
    assert isinstance(items[0], Delivery)
    return items[0], records  # type: ignore[return-value]


EXTRACT = CASES / "charity_commission" / "publicextract.charity.json"


def test_a_charity_matters_by_its_own_number_or_by_its_companys():
    listed, all_of_them = charities(EXTRACT)
    assert (listed.as_at, listed.complete, len(all_of_them)) == (date(2026, 5, 30), False, 3)
    assert all_of_them["gb-chc:9000001"].company == "gb-coh:00900123", "numbers come without their leading zeros"
    listed, some = charities(EXTRACT, frozenset({"gb-coh:00900123"}))
    assert (listed.complete, set(some)) == (True, {"gb-chc:9000001"})
    assert set(charities(EXTRACT, frozenset({"gb-chc:9000003"}))[1]) == {"gb-chc:9000003"}


def test_a_branch_does_not_stand_for_its_charity():
    assert charities(EXTRACT)[1]["gb-chc:9000001"].name == "EXAMPLE CARE TRUST"


def test_an_extract_is_read_from_its_zip_in_any_pieces(tmp_path, monkeypatch):
    zipped = tmp_path / "publicextract.charity.zip"
    with ZipFile(zipped, "w", ZIP_DEFLATED) as archive:
        archive.write(EXTRACT, EXTRACT.name)
    assert charities(zipped)[1] == charities(EXTRACT)[1]
    body = EXTRACT.read_bytes()
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    monkeypatch.setattr("crawler.spiders.charity_commission.chunks_of", lambda path: iter(pieces))
    assert [number for number, _ in entries_of(EXTRACT)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"a": 1}', b'[{"a": 1}', b'[{"a": 1}, 3]', b"[" + b"[" * 50_000, b'[{"a": "' + b"x" * 2_000_000],
)
def test_what_is_no_whole_array_of_charities_is_refused(tmp_path, body):
    path = tmp_path / "publicextract.charity.json"
    path.write_bytes(body)
    with pytest.raises(Unreadable, match="Nothing was published"):
        list(read_published("charity_commission", path, today=TODAY))
