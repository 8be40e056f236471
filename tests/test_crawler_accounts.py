"""Accounts from tagged filings: the companies that matter, the filing's own period, nothing lost to a bad filing."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from intake_cases import a_list, a_location, load
from loopback import Site
from loopback import serve as serve_site
from nights import Register

from crawler import accounts
from crawler.reading import Unreadable
from crawler.refresh import read_published, refresh
from crawler.source import SourceProblem
from crawler.spiders.companies_house_accounts import find_days
from crawler.tables import SourceChanged
from exercise.county import build_county
from exercise.site import serve
from register.bookmarks import read_bookmarks
from register.database import open_database
from register.reading import load_snapshot
from register.records import AccountsRecord, Delivery, Fault, Observation, ProviderRecord
from register.settings import read_settings

pytest.importorskip("stream_unzip", reason="the extra 'accounts' is not installed")

CASE = Path(__file__).resolve().parent / "cases" / "companies_house_accounts" / "Accounts_Bulk_Data-2026-05-30.zip"
TODAY = date(2026, 6, 1)
Items = list[Delivery | Observation | Fault]


def read(path: Path, *companies: str) -> Items:
    return list(read_published("companies_house_accounts", path, today=TODAY, companies=frozenset(companies)))


def records(items: Items) -> dict[str, AccountsRecord]:
    return {i.record.id: i.record for i in items if isinstance(i, Observation) and isinstance(i.record, AccountsRecord)}


def faults(items: Items) -> list[Fault]:
    return [item for item in items if isinstance(item, Fault)]


def a_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def filing(number: int = 1) -> bytes:
    with zipfile.ZipFile(CASE) as archive:
        return archive.read(f"Prod223_9001_9900000{number}_20250831.html")


def test_a_filings_own_period_is_read_and_the_zip_within_the_zip_too():
    items = read(CASE)
    found = records(items)
    assert sorted(found) == [f"accounts:9900000{n}/2025-08-31" for n in (1, 2, 3)]
    first = found["accounts:99000001/2025-08-31"]
    assert (first.company, first.period_start, first.balance_on) == (
        "gb-coh:99000001",
        date(2024, 9, 1),
        date(2025, 8, 31),
    )
    assert first.current_assets and first.creditors_within_year and first.turnover and first.staff
    assert first.net_assets == ((first.tangible_fixed_assets or 0) + first.current_assets - first.creditors_within_year)
    assert first.dormant is False and first.profit_before_tax is None
    (fault,) = faults(items)
    assert (fault.row, fault.loses_row, fault.record_id) == (5, True, "accounts:99000077/2025-08-31")


def test_only_the_companies_that_matter_are_read():
    assert sorted(records(read(CASE, "gb-coh:99000003"))) == ["accounts:99000003/2025-08-31"]
    assert not faults(read(CASE, "gb-coh:99000003"))


def test_every_real_filing_of_the_data_pack_is_read(shared_data: Path):
    items = read(shared_data / "companies_house" / "ixbrl")
    assert len(records(items)) == 11
    assert not any(fault.loses_row for fault in faults(items))
    assert records(items)["accounts:15052776/2024-08-31"].net_assets == 3365
    owed = {r.id: (r.creditors_within_year, r.creditors_after_year) for r in records(items).values()}
    assert owed["accounts:00225951/2024-10-31"] == (19968, 21000), "told by a dimension of term"
    assert owed["accounts:SC720321/2023-01-31"] == (42101, 23973), "told by another, and by the sum"
    assert owed["accounts:NI682066/2022-09-30"] == (14275, None), "told by the sum alone"
    assert {item.as_at for item in items if isinstance(item, Delivery)} == {date(2023, 3, 2), date(2025, 5, 3)}
    told = [fault for fault in faults(items) if fault.field == "staff"]
    assert [(fault.found, fault.row) for fault in told] == [("0.03", 1)], "three hundredths of a person"


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/accounts/financialStatement.xhtml", b" " * (8 * 1024**2))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Prod223_9001_99000009_20250831.html", b" " * (8 * 1024**2), "unpacks to more than"),
        ("Prod223_9001_99000009_20250831_CIC.zip", bomb(), "unpacks to more than"),
        ("Prod223_9001_99000009_20250831_CIC.zip", b"PK\x03\x04 cut short", "cannot be unpacked"),
        ("Prod223_9001_99000009_20250831.html", b"<html><p>no figure</p></html>", "holds no figure"),
        ("Prod223_9001_99000009_20250831.html", b"\x00\xff\xfe not even text", "holds no figure"),
        ("Prod223_9001_99000009_20259931.html", b"<html/>", "not named like a filing"),
        ("readme.html", b"<html/>", "not named like a filing"),
    ],
)
def test_a_bad_filing_is_told_and_costs_no_other(tmp_path: Path, name: str, content: bytes, said: str):
    path = a_zip(
        tmp_path / "Accounts_Bulk_Data-2026-05-30.zip",
        {name: content, "Prod223_9001_99000001_20250831.html": filing()},
    )
    items = read(path)
    assert sorted(records(items)) == ["accounts:99000001/2025-08-31"]
    (fault,) = faults(items)
    assert said in fault.reason and fault.loses_row and fault.row == 1


def test_a_filing_that_makes_the_library_fail_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = accounts.library().stream_read_xbrl_zip

    def failing(chunks):
        if b"99000002" in b"".join(chunks):
            raise MemoryError
        return real(chunks)

    monkeypatch.setattr(accounts.library(), "stream_read_xbrl_zip", failing)
    other = filing().replace(b"99000001", b"99000002")
    members = {"Prod223_9001_99000002_20250831.html": other, "Prod223_9001_99000001_20250831.html": filing()}
    items = read(a_zip(tmp_path / "Accounts_Bulk_Data-2026-05-30.zip", members))
    assert sorted(records(items)) == ["accounts:99000001/2025-08-31"]
    assert [(f.row, f.reason) for f in faults(items)] == [(1, "could not be read (MemoryError)")]


def test_a_number_inside_that_is_not_the_filings_is_told(tmp_path: Path):
    path = a_zip(tmp_path / "Accounts_Bulk_Data-2026-05-30.zip", {"Prod223_9001_99000008_20250831.html": filing()})
    items = read(path)
    assert records(items)["accounts:99000008/2025-08-31"].company == "gb-coh:99000008"
    assert [f.field for f in faults(items)] == ["companies_house_registered_number"]


def test_a_file_that_is_no_zip_is_refused_by_name(tmp_path: Path):
    (tmp_path / "Accounts_Bulk_Data-2026-05-30.zip").write_bytes(b"<html>sign in</html>")
    with pytest.raises(Unreadable, match=r"Accounts_Bulk_Data-2026-05-30\.zip"):
        read(tmp_path / "Accounts_Bulk_Data-2026-05-30.zip")


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(accounts, "find_spec", lambda name: None)
    with pytest.raises(SourceProblem, match=r"pip install 'longstop\[accounts\]'"):
        read(CASE)


def test_the_library_is_loaded_without_amazons_client():
    assert accounts.library().__name__ == "stream_read_xbrl"
    assert "boto3" not in sys.modules


def test_days_are_found_on_the_page_oldest_first():
    page = b"<a href='Accounts_Bulk_Data-2026-05-30.zip'>b</a><a href='Accounts_Bulk_Data-2026-05-29.zip'>a</a>"
    assert list(find_days(page, "https://x.example/en_accountsdata.html")) == [
        f"Accounts_Bulk_Data-2026-05-{day}.zip" for day in (29, 30)
    ]
    with pytest.raises(SourceChanged, match="no link"):
        find_days(b"<p>moved</p>", "https://x.example/en_accountsdata.html")


def filings(*companies: str) -> bytes:
    """A day's zip in which some companies file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for company in companies:
            text = filing().replace(b"99000001", company.encode())
            archive.writestr(f"Prod223_9001_{company}_20250831.html", text)
    return packed.getvalue()


def with_a_provider(register: Register, number: str) -> None:
    """One home more, run by a company."""
    provider = ProviderRecord(id=f"exercise:EX-{number}", name="A Provider Limited", company=f"gb-coh:{number}")
    home = a_location(int(number[-3:]), provider_id=provider.id)
    engine = open_database(register.url)
    load(engine, register.spool, a_list(register.today, [provider, home], complete=False))
    engine.dispose()


def test_a_day_is_read_once_and_again_for_a_company_that_has_come_to_matter_since(tmp_path: Path):
    register = Register(tmp_path / "register")
    days = {f"Accounts_Bulk_Data-2026-05-{day}.zip": filings("99000001", f"990001{day}") for day in range(11, 21)}
    page = "/en_accountsdata.html"
    site = Site(answers={f"/{name}": (200, {}, body) for name, body in days.items()})
    site.answers[page] = (200, {}, "".join(f"<a href='{name}'>x</a>" for name in days).encode())
    with_a_provider(register, "99000001")

    def night() -> tuple[str, list[str]]:
        site.asked.clear()
        report = register.night("companies_house_accounts", site.address + page)
        return report.state, sorted(path[-6:-4] for path, _ in site.asked if path.endswith(".zip"))

    with serve_site(site):
        assert night() == ("published", [str(day) for day in range(14, 21)]), "a new register begins with the last week"
        assert night() == ("published", []), "and stays with what it began with"
        with_a_provider(register, "99000999")
        assert night() == ("published", []), "who filed nothing is looked for in nothing"
        with_a_provider(register, "99000117")
        assert night() == ("published", ["17"])
        del site.answers["/Accounts_Bulk_Data-2026-05-20.zip"]
        site.answers[page] = (200, {}, b"<a href='Accounts_Bulk_Data-2026-05-19.zip'>x</a>")
        assert night() == ("published", [])
    engine = open_database(register.url)
    assert sorted(read_bookmarks(engine, "companies_house_accounts")) == [
        f"{what} Accounts_Bulk_Data-2026-05-19.zip" for what in ("file", "holds")
    ], "days that are no longer listed are forgotten"
    engine.dispose()
    filed = {identifier for feed, identifier in register.open_records() if feed == "companies_house_accounts/accounts"}
    assert filed == {"accounts:99000001/2025-08-31", "accounts:99000117/2025-08-31"}


def test_the_countys_accounts_are_crawled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    county = build_county(20, 3)
    monkeypatch.setenv("LONGSTOP_DATA_DIR", str(tmp_path / "home"))
    learnt = datetime(2026, 11, 3, 12, tzinfo=UTC)
    with serve(county) as site:
        for name, value in site.settings().items():
            monkeypatch.setenv(name, value)

        def crawl(source: str):
            return refresh(source, settings=read_settings(), today=county.as_at, learnt=learnt)

        assert crawl("cqc_api").state == "published"
        report = crawl("companies_house_accounts")
        assert (report.state, [d.quarantined for d in report.deliveries]) == ("published", [0]), report.reasons
        quiet = crawl("companies_house_accounts")
        assert (quiet.state, quiet.deliveries) == ("published", ())
        assert sum(count for path, count in site.requests.items() if path.endswith("Data-2026-11-01.zip")) == 1
    snapshot = load_snapshot(open_database(read_settings()))
    assert snapshot.accounts
