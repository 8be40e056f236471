"""A report opens with the chain that failed, in every format; and says honestly what is estimated and withheld."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report_cases import make_case
from small_ownership import held, number, owned
from test_scenarios_landlords import BANK, planned

from cli.context import report_context
from contingency.document import document
from contingency.report import write_report


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report of a lender that enforces, of a landlord, and of a home."""
    found = {}
    for kind, name in (("lender", BANK), ("landlord", number(20)), ("home", "EX-1")):
        found[kind] = tmp_path_factory.mktemp(kind)
        made = planned(kind, name)
        write_report(document(made), report_context(made), found[kind])
    return found


def sheets(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO((folder / "plan.xlsx").read_bytes()))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def test_the_first_thing_on_the_page_is_the_chain_with_its_drawing_and_the_record_under_each_link(written: dict):
    page = (written["lender"] / "plan.html").read_text()
    first = re.search(r'<section id="(\w+)"', page)
    assert first and first[1] == "chain"
    chain = page[page.index('<section id="chain"') : page.index('<section id="summary"')]
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in chain and 'role="img"' in chain and "<desc" in chain
    assert "companies_house/charges as at 2025-07-31" in chain and "the lender&#39;s name as filed" in chain


def test_homes_that_are_only_watched_have_a_table_on_the_page_in_print_and_in_the_workbook(written: dict):
    page = (written["lender"] / "plan.html").read_text()
    watched = page[page.index('<section id="watched"') : page.index('<section id="moves"')]
    assert all(f"exercise:EX-{n}" in watched for n in (1, 5, 6, 7)) and "gave a charge" in watched
    book = sheets(written["lender"])
    assert [row[1] for row in book["Watched"] if str(row[1]).startswith("exercise:")] == [
        f"exercise:EX-{n}" for n in (1, 5, 6, 7)
    ]
    assert next(iter(book)) == "Summary"


def test_the_workbook_holds_every_link_with_its_two_ends(written: dict):
    rows = [row for row in sheets(written["landlord"])["Chain"] if isinstance(row[0], int)]
    assert [(row[5], row[6]) for row in rows][:2] == [(number(20), "hmlr:EXT1"), (number(20), "hmlr:EXT2")]
    assert {row[2] for row in rows} == {"recorded", "inferred", "waits for a person"}
    assert all("as at 2025-07-31" in row[3] for row in rows)


def test_beds_in_the_same_hands_are_told_in_the_first_lines(written: dict):
    page = (written["landlord"] / "plan.html").read_text()
    summary = page[page.index('<section id="summary"') : page.index('<section id="limits"')]
    assert re.search(r"\d+ beds in 1 home are not offered: in a building of the same landlord", summary)


def test_where_only_a_place_is_lost_there_is_no_chain_and_nothing_to_watch(written: dict):
    page = (written["home"] / "plan.html").read_text()
    assert 'id="chain"' not in page and 'id="watched"' not in page


def test_a_chain_too_wide_to_draw_is_folded_and_the_table_folds_nothing(tmp_path: Path):
    many = owned(*(held(n, 99) for n in range(1, 31)), runs=[(n, n) for n in range(1, 31)])
    made = planned("group", number(99), snapshot=many, rule="control50")
    write_report(document(made), report_context(made), tmp_path)
    page = (tmp_path / "plan.html").read_text()
    assert "further parties between them stand in the table only" in page and "further providers" in page
    assert len([row for row in sheets(tmp_path)["Chain"] if isinstance(row[0], int)]) == 90
    opening = page[page.index('<section id="chain"') : page.index('<section id="summary"')]
    assert "12 of the chain’s 90 links" in opening and opening.count("as at 2025-07-31") == 12
    assert page[page.index('<section id="links"') :].count("as at 2025-07-31") >= 90


@pytest.mark.parametrize(
    ("estimated", "said"), [("all", "an estimated {} people"), ("some", ", of whom "), ("none", "")]
)
def test_the_headline_says_how_many_are_estimated(estimated: str, said: str, tmp_path: Path):
    plan, context = make_case(closing=3)
    for turn, home in enumerate(plan["affected"]):
        home["basis"] = "imported" if estimated == "none" or (estimated == "some" and turn == 0) else "estimated"
    write_report(plan, context, tmp_path)
    page = (tmp_path / "plan.html").read_text()
    lead = page[page.index('<section id="summary"') :][:600]
    assert said.format(f"{plan['summary']['people']:,}") in lead
    assert ("estimated" in lead) == (estimated != "none")


def test_a_name_in_the_chain_cannot_break_the_page(tmp_path: Path):
    plan, context = make_case(closing=1)
    home = plan["affected"][0]["home"]
    nasty = "<script>alert(1)</script> & 'Co' \u202e Ltd"
    link = {"kind": "operates", "from": "x:1", "from_name": nasty, "to": home, "to_name": nasty,
            "sentence": f"{nasty} runs {nasty}", "rests_on": nasty}  # fmt: skip
    plan["failed"] = {"names": {"x:1": nasty}, "chain": [link]}
    write_report(plan, context, tmp_path)
    page = (tmp_path / "plan.html").read_text()
    assert "<script" not in page and "\u202e" not in page and "&lt;script&gt;" in page
