"""Figures of a filing are the whole company's, of its own period and in pounds, however a program has tagged them."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from crawler.accounts_tags import tags_of
from crawler.reading import Item
from crawler.refresh import read_published
from register.records import AccountsRecord, Fault, Observation

END = date(2025, 8, 31)
CONTEXTS = {
    "before": "<instant>2024-08-31</instant>",
    "now": "<instant>2025-08-31</instant>",
    "last": "<startDate>2023-09-01</startDate><endDate>2024-08-31</endDate>",
    "year": "<startDate>2024-09-01</startDate><endDate>2025-08-31</endDate>",
    "quarter": "<startDate>2025-06-01</startDate><endDate>2025-08-31</endDate>",
}
MEMBERS = {"plant": "core:PlantMachinery", "nurses": "core:Nurses"}
HEAD = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"'
    ' xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core" xmlns:bus="http://xbrl.frc.org.uk/cd/2023-01-01/business"'
    ' xmlns:iso4217="http://www.xbrl.org/2003/iso4217">'
)


def context(name: str, period: str, member: str = "") -> str:
    part = f'<segment><explicitMember dimension="core:SomeDimension">{member}</explicitMember></segment>'
    return (
        f'<context xmlns="http://www.xbrl.org/2003/instance" id="{name}"><entity><identifier>9</identifier>'
        f"{part if member else ''}</entity><period>{period}</period></context>"
    )


def figure(name: str, where: str, words: str, unit: str = "GBP", **more: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<ix:nonFraction name="core:{name}" contextRef="{where}" unitRef="{unit}"{said}>{words}</ix:nonFraction>'


def filing(*figures: str, on: str = "2025-08-31") -> bytes:
    contexts = [context(name, period) for name, period in CONTEXTS.items()]
    contexts += [
        context(f"{name}-{part}", CONTEXTS[name], member)
        for part, member in MEMBERS.items()
        for name in ("now", "year")
    ]
    measures = {"GBP": "iso4217:GBP", "EUR": "iso4217:EUR", "pure": "pure"}
    units = "".join(
        f'<unit xmlns="http://www.xbrl.org/2003/instance" id="{name}"><measure>{measure}</measure></unit>'
        for name, measure in measures.items()
    )
    day = f'<ix:nonNumeric name="bus:BalanceSheetDate" contextRef="now">{on}</ix:nonNumeric>'
    body = f"<body><ix:header>{''.join(contexts)}{units}</ix:header>{day}{''.join(figures)}</body>"
    return f"{HEAD}{body}</html>".encode()


#: An invented filing in the 2004 taxonomy: plain XBRL, a figure an element.
CLASSIC = (
    '<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:pt="http://www.xbrl.org/uk/fr/gaap/pt/2004-12-01"'
    f' xmlns:iso4217="http://www.xbrl.org/2003/iso4217">{context("b", CONTEXTS["before"])}'
    f'{context("n", CONTEXTS["now"])}<unit id="p"><measure>iso4217:GBP</measure></unit>'
    '<pt:CurrentAssets contextRef="b" unitRef="p" decimals="0">7</pt:CurrentAssets>'
    '<pt:CurrentAssets contextRef="n" unitRef="p" decimals="0">1200</pt:CurrentAssets>'
    '<pt:TangibleFixedAssets contextRef="n" unitRef="p" decimals="0">300</pt:TangibleFixedAssets></xbrl>'
).encode()
FILINGS = {
    "99000001": filing(
        figure("CurrentAssets", "before", "1"),
        figure("PropertyPlantEquipment", "now-plant", "250"),
        figure("PropertyPlantEquipment", "now", "4,000"),
        figure("FixedAssets", "now", "9,000"),
        figure("CurrentAssets", "now", "1 234 567", format="ixt:numdotdecimal"),
        figure("NetCurrentAssetsLiabilities", "now", "1.234,50", format="ixt4:num-comma-decimal", sign="-"),
        figure("Debtors", "now", "12.5", scale="3"),
        figure("CashBankOnHand", "now", "-", format="ixt:zerodash"),
        figure("NetAssetsLiabilities", "now", "-"),
        figure("TurnoverRevenue", "quarter", "50"),
        figure("TurnoverRevenue", "year", "200"),
        figure("AverageNumberEmployeesDuringPeriod", "year-nurses", "8", "pure"),
        figure("AverageNumberEmployeesDuringPeriod", "year", "21", "pure", sign="-"),
        figure("AverageNumberEmployeesDuringPeriod", "last", "23", "pure"),
    ),
    "99000002": filing(figure("CurrentAssets", "now", "5,000", "EUR"), figure("Debtors", "now", "70")),
    "99000003": filing(figure("CurrentAssets", "now", "90"), on="02/03/2025"),
    "99000004": CLASSIC,
    "99000005": filing(figure("CurrentAssets", "now", "5,000", "EUR")),
}


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    pytest.importorskip("stream_unzip", reason="the extra 'accounts' is not installed")
    path: Path = tmp_path_factory.mktemp("accounts") / "Accounts_Bulk_Data-2026-05-30.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, content in FILINGS.items():
            archive.writestr(f"Prod223_9001_{number}_20250831.html", content)
    return list(read_published("companies_house_accounts", path, today=date(2026, 6, 1), companies=frozenset()))


@pytest.fixture(scope="module")
def found(items: list[Item]) -> dict[str, AccountsRecord]:
    records = (item.record for item in items if isinstance(item, Observation))
    return {one.company.removeprefix("gb-coh:"): one for one in records if isinstance(one, AccountsRecord)}


def test_a_part_is_never_taken_for_the_whole_nor_all_fixed_assets_for_the_tangible(found: dict[str, AccountsRecord]):
    assert (found["99000001"].tangible_fixed_assets, found["99000001"].fixed_assets) == (4_000, 9_000)


def test_signs_scales_and_both_ways_to_write_a_number_are_read(found: dict[str, AccountsRecord]):
    one = found["99000001"]
    assert (one.current_assets, one.net_current_assets, one.debtors) == (1_234_567, -1_234.5, 12_500)


def test_a_dash_is_nought_where_its_format_says_so_and_unknown_where_not(found: dict[str, AccountsRecord]):
    assert (found["99000001"].cash, found["99000001"].net_assets) == (0, None)


def test_turnover_is_that_of_the_whole_period(found: dict[str, AccountsRecord]):
    assert (found["99000001"].turnover, found["99000001"].period_start) == (200, date(2024, 9, 1))


def test_people_are_those_of_the_period_and_not_of_the_year_before_which_comes_last(found: dict[str, AccountsRecord]):
    assert found["99000001"].staff == 21


def test_sums_in_another_currency_are_left_out_and_told(found: dict[str, AccountsRecord], items: list[Item]):
    assert (found["99000002"].current_assets, found["99000002"].debtors) == (None, 70)
    assert "99000005" not in found
    told = [item.reason for item in items if isinstance(item, Fault) and "EUR" in item.reason]
    assert len(told) == 2


def test_a_day_written_month_first_costs_no_figure(found: dict[str, AccountsRecord]):
    assert (found["99000003"].current_assets, found["99000003"].period_end) == (90, END)


def test_a_filing_of_2004s_taxonomy_is_read(found: dict[str, AccountsRecord]):
    assert (found["99000004"].current_assets, found["99000004"].tangible_fixed_assets) == (1_200, 300)


def test_a_picture_of_many_megabytes_costs_none_of_the_figures_after_it():
    picture = f'<p><img src="data:image/png;base64,{"A" * 11_000_000}"/></p>'
    tags = tags_of(filing(picture, figure("CurrentAssets", "now", "90")))
    assert tags.figure(END, "CurrentAssets") == 90
    assert len(tags.content) < 10_000


@pytest.mark.parametrize("content", [b"", b"ATTACHMENTPLACEHOLDER127319911", b"<*\x00\xff", b"<a>" * 300_000])
def test_what_is_no_filing_has_no_tags(content: bytes):
    assert tags_of(content).figures == ()
