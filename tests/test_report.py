"""The report says what the plan says: every person, every reason, on every page; hostile names stay names."""

from __future__ import annotations

import io
import time
from copy import deepcopy
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader
from report_cases import Page, make_case

from contingency.findings import find
from contingency.plan_document import read_plan
from contingency.report import PlanFault, ReportArea, ReportContext, ReportHome, write_report
from contingency.report_sections import INVENTED
from printing.wording import clean, km_and_miles, people


@cache
def _read(out: Path) -> tuple[Page, str, openpyxl.Workbook]:
    """What is in a folder: read once, so a report that is written anew wants a folder of its own."""
    pdf = PdfReader(out / "plan.pdf")
    printed = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    return Page((out / "plan.html").read_text("utf-8")), printed, openpyxl.load_workbook(out / "plan.xlsx")


def _rows(book: openpyxl.Workbook, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet's table, by column label: from the frozen heading down to the first row with no number."""
    cells = list(book[sheet].iter_rows(values_only=True))
    first = int(book[sheet].freeze_panes[1:]) - 2
    labels = [label for label in cells[first] if label]
    rows = []
    for row in cells[first + 1 :]:
        if row[1] is None:
            break
        rows.append(dict(zip(labels, row, strict=False)))
    return rows


@pytest.fixture(scope="module")
def short_of_places(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], ReportContext, Path]:
    """Eight homes close and there are too few places: some people are left."""
    plan, context = make_case(closing=8, taking=40, seats=5)
    assert plan["summary"]["unplaced"] > 0
    out = tmp_path_factory.mktemp("report")
    write_report(plan, context, out)
    return plan, context, out


def test_three_files_are_written_into_a_folder_that_did_not_exist(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    written = write_report(plan, context, tmp_path / "new" / "folder")
    assert [path.name for path in written] == ["plan.html", "plan.pdf", "plan.xlsx"]
    assert all(path.stat().st_size > 1_000 for path in written)


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    plan, context = make_case(closing=4, taking=20)
    one = [path.read_bytes() for path in write_report(plan, context, tmp_path / "one")]
    time.sleep(1.1)  # a file that held the second it was made in would now differ
    again = replace(context, homes=dict(reversed(list(context.homes.items()))), areas=context.areas[::-1])
    other = [path.read_bytes() for path in write_report(deepcopy(plan), again, tmp_path / "two")]
    assert one == other


def test_the_headline_states_who_is_placed_who_is_not_and_how_distance_was_measured(short_of_places: Any) -> None:
    plan, _, out = short_of_places
    said = plan["summary"]
    page, printed, book = _read(out)
    summary = " ".join(str(cell.value) for row in book["Summary"] for cell in row if cell.value)
    for words in (page.text, printed, summary):
        assert f"an estimated {people(said['people'])} would have to move" in words
        assert f"{said['placed']} could be placed; for {said['unplaced']} no place was found" in words
        assert km_and_miles(said["median_km"]) in words
        assert km_and_miles(said["max_km"]) in words
        assert "in a straight line between the two homes" in words


def test_every_person_who_moves_stands_in_the_page_and_in_the_workbook(short_of_places: Any) -> None:
    plan, _, out = short_of_places
    _, _, book = _read(out)
    moves = {
        (row["From id"], row["To id"], row["Need"].replace(" / ", "/"), row["People"], round(row["km"], 3))
        for row in _rows(book, "Moves")
    }
    assert moves == {(m["from"], m["to"], m["need"], m["people"], m["km"]) for m in plan["moves"]}


def test_everyone_without_a_place_is_listed_with_the_reason(short_of_places: Any) -> None:
    plan, _, out = short_of_places
    page, printed, book = _read(out)
    listed = [row for row in _rows(book, "Unplaced") if row["Register id"]]
    assert sum(row["People"] for row in listed) == plan["summary"]["unplaced"]
    for reason in {row["reason"] for row in plan["unplaced"]}:
        assert reason in page.text
        assert reason in printed


def test_councils_add_up_to_the_summary(short_of_places: Any) -> None:
    plan, _, out = short_of_places
    _, _, book = _read(out)
    *councils, total = _rows(book, "Authorities")
    said = plan["summary"]
    assert total["People who must leave"] == sum(r["People who must leave"] for r in councils) == said["people"]
    assert total["No place"] == said["unplaced"]
    assert total["Placed inside its area"] + total["Placed outside"] == said["placed"]
    assert total["Arrivals, its own included"] == said["placed"]
    assert total["Median km"] == pytest.approx(said["median_km"])
    assert total["Furthest km"] == pytest.approx(said["max_km"])


def test_people_beyond_ten_miles_are_counted(short_of_places: Any) -> None:
    plan, _, out = short_of_places
    far = sum(move["people"] for move in plan["moves"] if move["km"] > 16.09344)
    assert far > 0
    page, _, _ = _read(out)
    assert f"{far} of {plan['summary']['placed']}" in page.text


def test_an_invented_county_says_so_on_every_page_and_every_sheet(short_of_places: Any) -> None:
    _, _, out = short_of_places
    page, _, book = _read(out)
    assert all(INVENTED in sheet.extract_text() for sheet in PdfReader(out / "plan.pdf").pages)
    assert all(sheet["A1"].value == INVENTED and INVENTED in sheet.oddHeader.center.text for sheet in book)
    assert page.text.count(INVENTED) >= 2
    assert next(data for tag, data in page.tags if tag == "html")["lang"] == "en-GB"


def test_real_homes_carry_no_exercise_banner(tmp_path: Path) -> None:
    plan, context = make_case(closing=2, taking=12)
    write_report(plan, replace(context, invented=False), tmp_path)
    page, printed, book = _read(tmp_path)
    assert INVENTED not in page.text
    assert INVENTED not in printed
    assert all(INVENTED not in str(sheet["A1"].value) for sheet in book)


def test_no_page_calls_a_distance_a_drive_or_prints_minutes_without_a_road_engine(short_of_places: Any) -> None:
    _, _, out = short_of_places
    page, printed, _ = _read(out)
    for words in (page.text.lower(), printed.lower()):
        assert "driv" not in words
        assert "minute" not in words
        assert "risk score" not in words


def test_minutes_are_printed_where_the_engine_gave_them(tmp_path: Path) -> None:
    plan, context = make_case(closing=2, taking=12)
    plan["moves"][0]["minutes"] = 17.5
    plan["travel"] = {"engine": "osrm", "unit": "km", "method": "OSRM, car profile"}
    write_report(plan, context, tmp_path)
    page, _, book = _read(tmp_path)
    assert "by road between the two homes" in page.text
    assert [row["Minutes"] for row in _rows(book, "Moves")].count(17.5) == 1


HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    '"><img src=x onerror=alert(1)>',
    "#panic[x] $y$ @z *b* _i_ `r` \\#",
    "</desc></svg>{{ 7 * 7 }}{% raw %}",
    "\u202eesuoH\u0000 \x1b[31mred\u2029next",
    "العربية 家 🏠",
    "x" * 5_000,
    "https://example.org/click",
    "@SUM(A1)",
    "\ud800 lone",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_a_name_and_nothing_else(name: str, tmp_path: Path) -> None:
    plan, context = make_case(closing=2, taking=6, seats=3)
    homes = {
        home: replace(known, name=name, provider=name, town=name, postcode=name, rating=name, service_types=(name,))
        for home, known in context.homes.items()
    }
    for row in plan["unplaced"]:
        row["reason"] = name
    plan["assumptions"].append({"name": name, "value": [name], "basis": name, "source": name, "date": None})
    context = replace(
        context, title=name, scenario=name, homes=homes, authorities=dict.fromkeys(context.authorities, name)
    )
    areas = tuple(replace(area, name=name) for area in context.areas)
    write_report(plan, replace(context, areas=areas, duty=(name,), attributions=(name,)), tmp_path)
    page, _, book = _read(tmp_path)
    assert not page.wrong
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "iframe"})
    assert not any(key.startswith("on") for _, data in page.tags for key in data)
    assert clean(name) in page.text or len(clean(name).split()) == 0
    turned = {"\u202e", "\u2066", "\x1b", "\x00"}
    assert turned.isdisjoint((tmp_path / "plan.html").read_text("utf-8"))
    for sheet in book:
        for row in sheet:
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None


def test_a_letter_that_the_print_cannot_show_is_said_to_be_missing_there(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    write_report(plan, replace(context, title="Tŷ Gwyn ŵ Łódź Ελλάς"), tmp_path / "shown")
    assert "cannot show" not in _read(tmp_path / "shown")[1]
    write_report(plan, replace(context, title="家"), tmp_path / "not shown")
    page, printed, _ = _read(tmp_path / "not shown")
    assert "fonts of this print cannot show" in printed
    assert "家" in page.text


def test_the_page_asks_for_nothing_else_and_is_built_for_everyone(short_of_places: Any) -> None:
    _, _, out = short_of_places
    page, _, _ = _read(out)
    assert not page.wrong
    assert not page.open
    ids = [data["id"] for _, data in page.tags if "id" in data]
    assert len(ids) == len(set(ids))
    for tag, data in page.tags:
        assert tag not in {"script", "link", "img", "iframe"}
        assert "src" not in data
        if tag == "a":
            assert data["href"].startswith("#")
            assert data["href"][1:] in ids
        if "aria-labelledby" in data:
            assert set(data["aria-labelledby"].split()) <= set(ids)
        if tag == "th":
            assert data["scope"] in {"col", "row", "rowgroup"}
    assert [tag for tag, _ in page.tags].count("h1") == 1
    tables, captions = ([tag for tag, _ in page.tags].count(kind) for kind in ("table", "caption"))
    assert tables == captions > 8
    assert next(data for tag, data in page.tags if tag == "a")["href"] == "#main"
    text = (out / "plan.html").read_text("utf-8")
    assert "@import" not in text
    assert "url(http" not in text


def test_the_pdf_is_tagged_titled_and_says_its_language(short_of_places: Any) -> None:
    _, context, out = short_of_places
    pdf = PdfReader(out / "plan.pdf")
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower() == "en-gb"
    assert context.title in pdf.metadata.title
    assert pdf.metadata.creation_date.date() == date(2026, 3, 2)
    assert f"Page 2 of {len(pdf.pages)}" in pdf.pages[1].extract_text()


def test_a_home_whose_people_are_not_known_is_counted_as_not_known(tmp_path: Path) -> None:
    plan, context = make_case(closing=2, taking=12)
    plan["affected"].append(
        {"home": "exercise:F-dark", "name": None, "authority": None, "beds": None, "people": 0}
        | {"basis": "unknown", "needs": []}
    )
    write_report(plan, context, tmp_path)
    page, _, book = _read(tmp_path)
    assert "Not counted: the people of 1 of 3 (33.3 %) homes" in page.text
    dark = _rows(book, "Homes")[-1]
    assert (dark["Register id"], dark["People"], dark["Registered beds"]) == (
        "exercise:F-dark",
        "not known",
        "not known",
    )
    assert "Not on the map: 1 home whose position is not known" in page.text


def test_a_plan_that_places_nobody_is_still_a_report(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=1, seats=0)
    assert plan["summary"]["placed"] == 0
    write_report(plan, context, tmp_path)
    page, printed, _ = _read(tmp_path)
    assert "Nobody could be placed." in page.text
    assert f"for {plan['summary']['people']} no place was found" in printed


def test_a_plan_without_any_position_has_no_map_and_says_so(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    homes = {home: replace(known, latitude=None, longitude=None) for home, known in context.homes.items()}
    write_report(plan, replace(context, homes=homes), tmp_path)
    page, _, _ = _read(tmp_path)
    assert "svg" not in {tag for tag, _ in page.tags}
    assert "Not on the map:" in page.text


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (51.4, 150.0), (float("nan"), 0.0), (91.0, 999.0)])
def test_a_home_said_to_stand_outside_the_country_leaves_the_map_as_it_was(
    latitude: float, longitude: float, tmp_path: Path
) -> None:
    plan, context = make_case(closing=1, taking=8)
    astray = {
        plan["moves"][0]["to"]: replace(next(iter(context.homes.values())), latitude=latitude, longitude=longitude)
    }
    write_report(plan, replace(context, homes={**context.homes, **astray}), tmp_path)
    page = (tmp_path / "plan.html").read_text("utf-8")
    assert "Not on the map: 1 home whose position is not known" in page
    assert "Westmark" in page[page.index("<svg") : page.index("</svg>")]
    assert "nan" not in page[page.index("<svg") : page.index("</svg>")]


def test_boundaries_may_come_as_wkb_and_a_broken_one_is_named(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    same = tuple(ReportArea(area.code, area.name, area.geometry.wkb_hex) for area in context.areas)
    as_shapes = write_report(plan, context, tmp_path / "shapes")[0].read_bytes()
    assert write_report(plan, replace(context, areas=same), tmp_path / "wkb")[0].read_bytes() == as_shapes
    with pytest.raises(PlanFault, match=r"boundary of E99000009: not WKB"):
        write_report(plan, replace(context, areas=(ReportArea("E99000009", "Torn", "00zz"),)), tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: plan.pop("moves"), "missing required field `moves`"),
        (lambda plan: plan.update(schema="longstop/plan/2"), r"\$.schema"),
        (lambda plan: plan.update(on="soon"), r"\$.on"),
        (lambda plan: plan["moves"].pop(), "moves and unplaced hold"),
        (lambda plan: plan["moves"][0].update(people=0), "expected 1 or more"),
        (lambda plan: plan["moves"][0].update(km=float("nan")), "expected a distance"),
        (lambda plan: plan["summary"].update(placed=1), "summary says"),
        (lambda plan: plan["affected"].append(plan["affected"][0]), "listed twice"),
        (lambda plan: plan["moves"][0].update({"from": "exercise:nowhere"}), "moves and unplaced hold"),
    ],
)
def test_a_plan_that_is_broken_or_loses_a_person_is_refused(change: Any, said: str, tmp_path: Path) -> None:
    plan, context = make_case(closing=2, taking=12)
    change(plan)
    with pytest.raises(PlanFault, match=said):
        write_report(plan, context, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_council_not_known_is_a_row_of_its_own(tmp_path: Path) -> None:
    plan, context = make_case(closing=3, taking=20)
    homes = {
        home: replace(known, authority=None) if home.startswith("exercise:R") else known
        for home, known in context.homes.items()
    }
    write_report(plan, replace(context, homes=homes), tmp_path)
    _, _, book = _read(tmp_path)
    *rows, total = _rows(book, "Authorities")
    assert "council not known" in {row["Authority"] for row in rows}
    assert total["Placed, area not known"] == plan["summary"]["placed"]


def test_the_duty_table_follows_the_nation_of_the_homes(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    english = Page(write_report(plan, context, tmp_path)[0].read_text("utf-8")).text
    assert "Care Act 2014 s48: the council where the home is" in english
    assert "Social Work (Scotland) Act 1968" not in english
    plan["affected"][0]["authority"] = "S12000036"
    scottish = Page(write_report(plan, context, tmp_path)[0].read_text("utf-8")).text
    assert "Social Work (Scotland) Act 1968" in scottish
    assert "the council where the home is must meet" not in scottish


def test_the_largest_failure_fits_a_page_a_print_and_a_workbook(tmp_path: Path) -> None:
    plan, context = make_case(closing=752, taking=4_000, seats=9, spread=3.0)
    assert len(plan["moves"]) > 5_000
    begun = time.monotonic()
    page, pdf, workbook = write_report(plan, context, tmp_path)
    assert time.monotonic() - begun < 30
    assert page.stat().st_size < 10_000_000
    cut = f"of {len(plan['moves']):,} rows are printed here; the other"
    sheets = (" ".join(sheet.extract_text().split()) for sheet in reversed(PdfReader(pdf).pages))
    assert any(cut in printed for printed in sheets)
    book = openpyxl.load_workbook(workbook, read_only=True)
    rows = [row for row in book["Moves"].iter_rows(values_only=True) if str(row[1]).startswith("exercise:F-")]
    assert len(rows) == len(plan["moves"])
    assert sum(row[9] for row in rows) == plan["summary"]["placed"]


def test_a_home_the_register_does_not_hold_is_printed_by_its_id(tmp_path: Path) -> None:
    plan, context = make_case(closing=1, taking=8)
    findings = find(read_plan(plan), replace(context, homes={}))
    assert findings.name(plan["moves"][0]["to"]) == plan["moves"][0]["to"]
    assert findings.home("exercise:none") == ReportHome()
    buffer = io.BytesIO(write_report(plan, replace(context, homes={}), tmp_path)[2].read_bytes())
    assert "Moves" in openpyxl.load_workbook(buffer).sheetnames
