"""Pages that everybody can read: names for tables and drawings, links that lead somewhere, colours that can be told."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise

import pytest
from lxml import html
from report_cases import make_case
from test_ownership_report import COUNTY, report_on

from contingency.findings import find
from contingency.plan_document import read_plan
from contingency.report_sections import build_report
from printing.page import html_page

#: The grounds that words stand on without a rule of their own: the page, a pale box, a row that a link led to.
GROUNDS = ("#fff", "var(--pale)", "#fff3b0")


@pytest.fixture(scope="module", params=["ownership", "plan"])
def page(request: pytest.FixtureRequest) -> html.HtmlElement:
    if request.param == "ownership":
        return html.document_fromstring(html_page(report_on(COUNTY).report))
    plan, context = make_case()
    return html.document_fromstring(html_page(build_report(find(read_plan(plan), context))))


def test_every_table_has_a_caption_scopes_and_rows_as_wide_as_its_head(page: html.HtmlElement):
    tables = page.xpath("//table")
    assert len(tables) > 5
    for table in tables:
        assert table.find("caption") is not None
        assert all(cell.get("scope") and cell.text_content().strip() for cell in table.iter("th"))
        head = len(table.xpath("./thead/tr/th"))
        for row in table.xpath("./tbody/tr"):
            assert sum(int(cell.get("colspan", 1)) for cell in row) == head


def test_every_link_and_every_name_of_a_part_leads_to_something_on_the_page(page: html.HtmlElement):
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in page.xpath("//a/@href")} <= set(ids)
    named = " ".join(page.xpath("//@aria-labelledby")).split()
    assert named and set(named) <= set(ids)


def test_every_drawing_has_a_title_and_a_description_and_what_scrolls_can_be_reached_by_keyboard(
    page: html.HtmlElement,
):
    assert page.xpath("//svg")
    for drawing in page.xpath("//svg"):
        assert drawing.get("role") == "img"
        assert drawing.findtext("title") and drawing.findtext("desc")
    for part in page.xpath("//*[@class='scroll']"):
        assert part.get("tabindex") == "0" and part.get("role") == "region"
        assert part.get("aria-label") or part.get("aria-labelledby")


def test_the_page_has_a_language_landmarks_headings_without_a_gap_and_no_script(page: html.HtmlElement):
    assert page.get("lang") == "en-GB"
    assert not page.xpath("//script") and page.xpath("//meta[@http-equiv='Content-Security-Policy']")
    assert [len(page.xpath(f"//{part}")) for part in ("main", "header", "footer", "nav")] == [1, 1, 1, 1]
    levels = [int(level.tag[1]) for level in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    linked = set(page.xpath("//nav//a/@href"))
    assert {f"#{one}" for one in page.xpath("//section[h2]/@id")} == linked


def test_every_colour_of_words_can_be_told_from_its_ground():
    style = files("templates").joinpath("report.css").read_text("utf-8")
    values = dict(re.findall(r"--(\w+): (#\w+)", style))
    told = 0
    for declared in re.findall(r"\{([^{}]*)\}", style):
        words = dict(re.findall(r"(?:^|[;\s])(color|background): (#\w+|var\(--\w+\))", declared))
        grounds = [words["background"]] if "background" in words else GROUNDS if "color" in words else ()
        for ground in grounds:
            told += 1
            assert _contrast(words.get("color", "var(--ink)"), ground, values) >= 4.5, declared
    assert told > 15


def _contrast(one: str, other: str, values: dict[str, str]) -> float:
    """The ratio of WCAG 2.2 between two colours, 1 to 21."""
    dark, light = sorted(_light(values.get(colour[6:-1], colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _light(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
