"""The ownership report: it reconciles, it leads to the record behind each claim, and it says what is not known."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pypdf
import pytest
from msgspec.structs import replace as changed
from small_buildings import ADDRESS, boarded, built, charged, lost, stands, title_of
from small_ownership import held, owned
from small_register import a_home, a_snapshot

from cli.reporting import ownership_report
from cli.session import Refused
from contingency.scenarios.choice import UnknownName
from graph.answers import Ownership
from graph.cases import case_named, case_snapshot
from graph.measures import ground_of
from graph.report import REPORT_FORMATS, Built, build_report, scope_of, write_ownership_report
from printing.layout import Table
from register.snapshot import Snapshot

COUNTY = charged(
    boarded(
        built(
            owned(
                held(1, 9), held(2, 9), held(9, "Alex", kind="person"), held(3, "Sam", kind="person"),
                held(4, "Ocean Fund LP", kind="body", country_registered="Cayman Islands"),
                runs=[(1, 1), (2, 2), (3, 3), (4, 4), (4, 5), (5, 6)],
            ),
            stands(1, title_of(1, 8), title_of(11, 1, tenure="Leasehold")),
            stands(2, title_of(2, "Harbour Holdings", country="JERSEY")),
            stands(3, title_of(3, "Harbour Holdings", country="JERSEY")),
            stands(4, title_of(4, 4)),
            stands(5, title_of(5, "Harbour Holdings", country="JERSEY"), state="waiting"),
            lost(6, "owner excluded from the data"),
        ),
        [(1, "Kim"), (3, "Kim")],
    ),
    (4, "Exercise Harbour Bank plc", True),
)  # fmt: skip
FORMULA = '=HYPERLINK("http://example.org","click")'


def report_on(snapshot: Snapshot, **chosen: str) -> Built:
    return ownership_report(snapshot, chosen)


def table(built_: Built, sheet: str) -> Table:
    return next(one for section in built_.report.sections for one in section.tables if one.sheet == sheet)


def rows(built_: Built, sheet: str) -> list[dict[str, object]]:
    found = table(built_, sheet)
    return [dict(zip((column.label for column in found.columns), row, strict=True)) for row in found.rows]


def written(built_: Built, form: str, folder: Path) -> bytes:
    """Everything that a format writes, in one piece."""
    paths = write_ownership_report(built_, form, folder / (form if form == "csv" else f"ownership.{form}"))
    return b"".join(path.name.encode() + path.read_bytes() for path in paths)


def text_of(form: str, content: bytes, folder: Path) -> str:
    """What a reader of a format can see."""
    if form == "pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(folder / "ownership.pdf").pages)
    if form == "xlsx":
        with zipfile.ZipFile(folder / "ownership.xlsx") as book:
            return " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return content.decode()


class Page(HTMLParser):
    """Ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.targets.append(found["href"])


@pytest.mark.parametrize("form", REPORT_FORMATS)
def test_two_reports_of_one_register_are_byte_for_byte_the_same(form: str, tmp_path: Path):
    assert written(report_on(COUNTY), form, tmp_path / "a") == written(report_on(COUNTY), form, tmp_path / "b")


@pytest.mark.parametrize("form", REPORT_FORMATS)
def test_every_format_says_invented_names_the_landlord_and_never_a_titles_address(form: str, tmp_path: Path):
    content = written(report_on(COUNTY), form, tmp_path)
    told = text_of(form, content, tmp_path)
    assert "INVENTED COUNTY" in told
    assert "Harbour Holdings" in told
    assert "Information produced by HM Land Registry" in " ".join(told.split())
    for part in (ADDRESS, "Marigold"):
        assert part not in told


def test_the_owner_of_a_title_that_waits_for_a_person_is_named_beside_no_home(tmp_path: Path):
    snapshot = built(
        owned(runs=[(1, 1)]), stands(1, title_of(5, "Harbour Holdings", country="JERSEY"), state="waiting")
    )
    found = report_on(snapshot)
    (row,) = rows(found, "Homes")
    assert (row["Owner of the building"], row["How it is known"]) == ("not known", "waiting for a person's judgement")
    assert row["Records"]
    assert "Harbour Holdings" not in written(found, "json", tmp_path).decode()


def test_the_landlord_table_has_jurisdiction_homes_beds_and_tenants():
    (first, second) = rows(report_on(COUNTY), "Landlords")
    assert (first["Landlord"], first["Registered in"], first["Homes"], first["Beds"], first["Tenants"]) == (
        "Harbour Holdings", "Jersey", 2, 80, 2
    )  # fmt: skip
    assert (second["Registered in"], second["Homes"], second["Tenants"]) == ("United Kingdom", 1, 1)


def test_the_sum_of_all_homes_reconciles_and_the_gap_is_printed_even_where_it_is_nought():
    found = {row["The building"]: row["Homes"] for row in rows(report_on(COUNTY), "Sum")}
    assert found["gap to all homes in scope"] == 0
    assert sum(found.values()) == 6
    assert found["let by a landlord named above"] == 3
    assert found["owned by the provider itself"] == 1
    assert found["waiting for a person's judgement"] == 1
    assert found["untraced: owner excluded from the data"] == 1


def test_a_landlord_lost_on_the_way_to_the_table_is_a_gap_that_is_printed():
    ownership = Ownership(COUNTY)
    scope = scope_of(ownership, "uk")
    ground = ground_of(ownership, scope.homes)
    ground.__dict__["landlords"] = ground.landlords[1:]
    found = build_report(ground, scope)
    assert rows(found, "Sum")[-1]["Homes"] == 2
    landlords = next(one for one in found.report.sections if one.id == "landlords")
    assert "a gap of 2 homes" in landlords.paragraphs[0]


def test_a_director_of_fifty_boards_makes_fifty_rows_and_not_every_pair_of_them():
    runs = [(index, index) for index in range(1, 51)]
    snapshot = boarded(owned(held(99, 98), runs=runs), [(index, "Kim") for index, _ in runs])
    found = report_on(snapshot)
    assert [row["Groups"] for row in rows(found, "Directors")] == [50]
    assert [(row["Directors shared"], row["Other groups"]) for row in rows(found, "Boards")] == [(1, 49)] * 50
    assert str(rows(found, "Directors")[0]["Which"]).endswith("; and 42 more")


def test_southern_cross_comes_out_as_the_union_published_it():
    snapshot = case_snapshot(case_named("southern-cross-2011"))
    found = report_on(snapshot)
    let = {row["Landlord"]: row["Homes"] for row in rows(found, "Landlords")}
    assert let["London & Regional"] == 90 and sum(let.values()) == 615
    sums = {row["The building"]: row["Homes"] for row in rows(found, "Sum")}
    assert (sums["untraced: no title found"], sums["untraced: nation not covered"]) == (116, 19)
    assert sums["gap to all homes in scope"] == 0
    summary = " ".join(found.report.sections[0].paragraphs)
    assert "615 of 750 (82.0 %)" in summary and "135 of 750 (18.0 %)" in summary


def test_every_number_beside_a_claim_leads_on_the_page_to_a_row_with_list_day_file_and_rule(tmp_path: Path):
    page = Page(written(report_on(COUNTY), "html", tmp_path).decode().removeprefix("ownership.html"))
    records = [target for target in page.targets if target.startswith("#record-")]
    assert len(records) > 20
    assert {target[1:] for target in page.targets} <= set(page.ids)
    for row in rows(report_on(COUNTY), "Records"):
        assert row["What it says"] and row["Rule"]
        assert (row["List"], row["File"], row["SHA-256 of the raw record"]) != ("", "", "")


def test_every_home_landlord_group_lender_and_director_cites_a_record():
    found = report_on(COUNTY)
    numbers = {row["No."] for row in rows(found, "Records")}
    for sheet in ("Landlords", "Homes", "Groups", "Lenders", "Directors", "Links"):
        assert table(found, sheet).rows, sheet
        for row in rows(found, sheet):
            assert row["Records"], (sheet, row)
            assert set(str(row["Records"]).split(", ")) <= numbers


def test_a_page_cut_to_its_first_rows_leads_only_to_records_that_it_prints(tmp_path: Path):
    snapshot = case_snapshot(case_named("southern-cross-2011"))
    page = Page(written(report_on(snapshot), "html", tmp_path).decode().removeprefix("ownership.html"))
    assert {target[1:] for target in page.targets} <= set(page.ids)


def test_a_table_whose_rows_are_all_in_the_workbook_says_so_and_not_that_there_are_none(tmp_path: Path):
    text = written(report_on(COUNTY), "html", tmp_path).decode()
    assert "No link of ownership above these homes is known" not in text
    assert re.search(r"Every link above the homes in scope, group by group: \d+ rows, in the workbook .* “Links”", text)


def test_the_print_is_tagged_and_its_numbers_are_links(tmp_path: Path):
    written(report_on(COUNTY), "pdf", tmp_path)
    pages = pypdf.PdfReader(tmp_path / "ownership.pdf")
    assert pages.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert sum(len(page.get("/Annots", ())) for page in pages.pages) > 20


def test_the_data_package_fits_its_files(tmp_path: Path):
    written(report_on(COUNTY), "csv", tmp_path)
    package = json.loads((tmp_path / "csv" / "datapackage.json").read_text("utf-8"))
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {
        "datapackage.json", *(one["path"] for one in package["resources"])
    }  # fmt: skip
    assert package["licenses"] and package["sources"] and "INVENTED" in package["description"]
    for one in package["resources"]:
        content = (tmp_path / "csv" / one["path"]).read_bytes()
        assert (one["bytes"], one["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
        fields = one["schema"]["fields"]
        assert lines[0] == [field["name"] for field in fields]
        for line in lines[1:]:
            for field, cell in zip(fields, line, strict=True):
                if field["type"] == "integer" and cell:
                    int(cell)


def test_shares_are_numbers_for_machines_and_words_for_people(tmp_path: Path):
    written(report_on(COUNTY), "csv", tmp_path)
    lines = list(csv.DictReader((tmp_path / "csv" / "measures.csv").open(encoding="utf-8", newline="")))
    abroad = next(row for row in lines if "registered abroad" in row["question"] and row["answer"] == "yes")
    assert (abroad["share_of_homes"], abroad["homes_per_cent_least"], abroad["homes_per_cent_most"]) == (
        "33.3 % to 66.7 %", "33.3333", "66.6667"
    )  # fmt: skip
    package = json.loads((tmp_path / "csv" / "datapackage.json").read_text("utf-8"))
    types = {
        field["name"]: field["type"]
        for one in package["resources"]
        if one["name"] == "measures"
        for field in one["schema"]["fields"]
    }
    assert (types["homes"], types["homes_per_cent_least"], types["answer"]) == ("integer", "number", "string")


def test_a_home_called_like_a_formula_runs_in_no_spreadsheet(tmp_path: Path):
    home = a_home(1)
    record = changed(home.current.record, name=FORMULA)
    registration = home.current.__class__(record, home.current.evidence, home.current.place)
    named = home.__class__(home.id, (registration,), registration, (), "open")
    written(report_on(a_snapshot(named)), "csv", tmp_path)
    lines = list(csv.DictReader((tmp_path / "csv" / "homes.csv").open(encoding="utf-8", newline="")))
    assert lines[0]["home"] == f"'{FORMULA}"
    written(report_on(a_snapshot(named)), "xlsx", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "ownership.xlsx")
    assert [cell.data_type for row in book["Homes"].iter_rows() for cell in row if cell.value == FORMULA] == ["s"]


def test_the_workbook_has_a_sheet_for_every_table_and_names_fit(tmp_path: Path):
    found = report_on(COUNTY)
    written(found, "xlsx", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "ownership.xlsx")
    sheets = [one.sheet for section in found.report.sections for one in section.tables if one.sheet]
    assert sorted(book.sheetnames) == sorted(sheets)
    assert book.sheetnames[0] == "Key figures"


@pytest.mark.parametrize(
    ("kind", "identifier", "homes"),
    [
        ("nation", "england", 6), ("area", "X10000001", 6), ("group", "exercise:EXP-1", 2),
        ("landlord", "Harbour Holdings", 2), ("lender", "Exercise Harbour Bank plc", 2),
    ],
)  # fmt: skip
def test_a_report_has_one_scope_by_id_or_by_name(kind: str, identifier: str, homes: int):
    found = report_on(COUNTY, **{kind: identifier})
    assert found.about["scope"]["kind"] == kind
    assert len(table(found, "Homes").rows) == homes


@pytest.mark.parametrize(
    ("kind", "identifier", "problem"),
    [
        ("nation", "Cornwall", Refused), ("nation", "Wales", Refused), ("area", "E99999999", UnknownName),
        ("group", "gb-coh:00000000", UnknownName), ("landlord", "Nobody Ltd", UnknownName),
        ("lender", "No Bank", UnknownName),
    ],
)  # fmt: skip
def test_a_scope_that_fits_nothing_is_refused_in_a_sentence(kind: str, identifier: str, problem: type[Exception]):
    with pytest.raises(problem, match=r"\w+ \w+"):
        report_on(COUNTY, **{kind: identifier})


def test_people_are_named_where_the_register_names_them_and_not_where_that_is_not_wanted(tmp_path: Path):
    assert "Exercise Alex" in written(report_on(COUNTY), "json", tmp_path).decode()
    kept = written(ownership_report(COUNTY, {}, names=False), "json", tmp_path).decode()
    assert "Exercise Alex" not in kept and "Director Kim" not in kept
    assert "name withheld" in kept
    for told in (kept, written(report_on(COUNTY), "json", tmp_path).decode()):
        assert "person:" not in told


def test_a_register_of_homes_alone_makes_a_report_that_says_what_was_never_read(tmp_path: Path):
    found = report_on(a_snapshot(a_home(1), a_home(2, beds=None)))
    limits = " ".join(found.report.sections[1].points)
    assert "No building has been searched for" in limits and "No register of control has been read" in limits
    for form in REPORT_FORMATS:
        assert written(found, form, tmp_path)


def test_beds_that_nobody_knows_are_not_nought(tmp_path: Path):
    found = report_on(a_snapshot(a_home(1, beds=None), a_home(2, beds=None)))
    assert rows(found, "Sum")[-2]["Beds"] is None
    assert table(found, "Sum").total[2] is None
    assert "a number of beds that is not known" in found.report.sections[0].paragraphs[0]


def test_the_json_holds_every_row_of_every_table_with_its_scope_and_digest(tmp_path: Path):
    found = report_on(COUNTY)
    document = json.loads(written(found, "json", tmp_path).decode().removeprefix("ownership.json"))
    assert document["schema"] == "longstop/ownership/1"
    assert document["snapshot"] == COUNTY.digest and document["scope"]["kind"] == "uk"
    assert {one["name"]: len(one["rows"]) for one in document["tables"]} == {
        one.sheet.lower().replace(" ", "_"): len(one.rows)
        for section in found.report.sections
        for one in section.tables
        if one.sheet
    }


def test_a_name_with_markup_in_it_is_words_on_the_page_and_in_the_drawing(tmp_path: Path):
    hostile = "<script>alert('x')</script>"
    snapshot = owned(held(1, hostile, kind="person", name=hostile), runs=[(1, 1), (1, 2)])
    text = written(report_on(snapshot), "html", tmp_path).decode()
    assert "<script" not in text and "&lt;script&gt;" in text


def test_a_boundary_that_cannot_be_read_is_counted_and_stops_no_report():
    from dataclasses import replace

    from register.records import AreaRecord

    area = AreaRecord(id="ons:utla:X10000001", layer="utla", code="X10000001", name="Somewhere", geometry="nonsense")
    snapshot = replace(COUNTY, areas=(area,))
    ownership = Ownership(snapshot)
    scope = scope_of(ownership, "uk")
    found = build_report(ground_of(ownership, scope.homes), scope)
    words = next(one for one in found.report.sections if one.id == "concentration").pictures[0].words
    assert "could not be read" in words
