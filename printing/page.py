"""A report as one HTML page that needs no other file: styles and drawings inside it, no script, all else escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from printing.layout import Picture, PrintedTable, Report, print_records, print_table
from printing.wording import day

#: A table of more columns than this is printed on pages turned on their side.
TURNED = 11


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """A section as words, for a page. ``wide``: it has a table that needs a page turned on its side."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]
    pictures: tuple[Picture, ...]
    tables: tuple[PrintedTable, ...]
    wide: bool
    inner: bool


def printed_sections(report: Report, *, short: bool) -> Sequence[PrintedSection]:
    """The sections as words. ``short``: long tables are cut to what they say they print at most, and say so.

    Of a table of records those rows are printed that the other printed rows lead to.
    """
    printed = {
        id(table): print_table(table, short=short, elsewhere=report.elsewhere)
        for section in report.sections
        for table in section.tables
        if not table.records
    }
    cited = {number for table in printed.values() for number in _cited(table)}
    found = []
    for section in report.sections:
        tables = tuple(
            print_records(table, cited, elsewhere=report.elsewhere) if table.records else printed[id(table)]
            for table in section.tables
        )
        found.append(
            PrintedSection(
                id=section.id,
                heading=section.heading,
                paragraphs=section.paragraphs,
                points=section.points,
                pictures=section.pictures,
                tables=tables,
                wide=section.wide or any(len(table.columns) > TURNED for table in tables),
                inner=section.inner,
            )
        )
    return found


def _cited(table: PrintedTable) -> set[str]:
    """The numbers of the records that a printed table leads to."""
    columns = [place for place, column in enumerate(table.columns) if column.refs]
    rows = [row for row in table.rows if row.kind == "row"]
    return {number for row in rows for place in columns for number in row.cells[place].split(", ") if number}


def html_page(report: Report) -> bytes:
    """The page's bytes in UTF-8; the same report gives the same bytes."""
    pages = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: files("templates").joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["drawing"] = Markup  # those who draw escape every name
    page = pages.get_template("report.html.j2")
    return page.render(report=report, sections=printed_sections(report, short=False), on=day(report.on)).encode()
