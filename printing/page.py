"""A report as one HTML page that needs no other file: styles and drawings inside it, no script, all else escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from printing.layout import Figure, Picture, PrintedTable, Report, print_table
from printing.wording import day

#: A table of more columns than this is printed on pages turned on their side.
TURNED = 11


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """A section as words, for a page. ``wide``: it has a table that needs a page turned on its side."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]
    figures: tuple[Figure, ...]
    points: tuple[str, ...]
    pictures: tuple[Picture, ...]
    tables: tuple[PrintedTable, ...]
    wide: bool


def printed_sections(report: Report, *, short: bool) -> Sequence[PrintedSection]:
    """The sections as words. ``short``: long tables are cut to what they say they print at most, and say so."""
    found = []
    for section in report.sections:
        tables = tuple(print_table(table, short=short, elsewhere=f"{report.name}.xlsx") for table in section.tables)
        found.append(
            PrintedSection(
                id=section.id,
                heading=section.heading,
                paragraphs=section.paragraphs,
                figures=section.figures,
                points=section.points,
                pictures=section.pictures,
                tables=tables,
                wide=section.wide or any(len(table.columns) > TURNED for table in tables),
            )
        )
    return found


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
