"""Writes a plan as a page, a print and a workbook: one set of findings, three files, no clock.

``plan.html`` is one file that asks for nothing else; ``plan.pdf`` is set by typst from its own fonts; ``plan.xlsx``
holds every row. The same plan and context give the same bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import jinja2
import msgspec
import typst
from markupsafe import Markup

from contingency.findings import find
from contingency.layout import Figure, PrintedTable, Report, print_table
from contingency.map import draw_map, map_words
from contingency.plan_document import PlanFault, read_plan
from contingency.report_context import ReportArea, ReportContext, ReportFeed, ReportHome
from contingency.report_sections import build_report
from contingency.spreadsheet import write_workbook
from contingency.wording import breakable, clean, day

__all__ = ["PlanFault", "ReportArea", "ReportContext", "ReportFeed", "ReportHome", "write_report"]

HTML_NAME, PDF_NAME, XLSX_NAME = "plan.html", "plan.pdf", "plan.xlsx"


@dataclass(frozen=True, slots=True)
class _PrintedSection:
    """A section as words, for a page."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]
    figures: tuple[Figure, ...]
    points: tuple[str, ...]
    has_map: bool
    tables: tuple[PrintedTable, ...]


def write_report(plan: Mapping[str, Any], context: ReportContext, out: Path) -> list[Path]:
    """Write ``plan.html``, ``plan.pdf`` and ``plan.xlsx`` into the folder ``out`` (made if absent); return their paths.

    ``plan`` is a plan document (``longstop/plan/1``). Raises PlanFault where it is not one, where it loses a person,
    or where a boundary in the context cannot be read; OSError where the folder cannot be written.
    """
    findings = find(read_plan(plan), context)
    report = build_report(findings)
    drawing, words = draw_map(findings), map_words(findings)
    out.mkdir(parents=True, exist_ok=True)
    written = {
        HTML_NAME: _html(report, drawing, words).encode(),
        PDF_NAME: _pdf(report, drawing, words),
        XLSX_NAME: write_workbook(report),
    }
    for name, content in written.items():
        (out / name).write_bytes(content)
    return [out / name for name in written]


def _printed(report: Report, *, short: bool) -> list[_PrintedSection]:
    return [
        _PrintedSection(
            id=section.id,
            heading=section.heading,
            paragraphs=section.paragraphs,
            figures=section.figures,
            points=section.points,
            has_map=section.has_map,
            tables=tuple(print_table(table, short=short, elsewhere=XLSX_NAME) for table in section.tables),
        )
        for section in report.sections
    ]


def _html(report: Report, drawing: str, words: str) -> str:
    """One page that needs no other file: styles and map inside it, no script, everything else escaped."""
    pages = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: files("templates").joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("plan.html.j2").render(
        report=report,
        sections=_printed(report, short=False),
        drawing=Markup(drawing),  # noqa: S704 - draw_map escapes every name in it
        words=words,
        on=day(report.on),
    )


def _pdf(report: Report, drawing: str, words: str) -> bytes:
    """Tagged A4 pages (PDF/UA-1). Names reach typst as JSON values, which it prints and never reads as markup.

    The standard forbids a letter that no font can show. Where a name has one, the pages are still tagged, show a box
    for it, and say so.
    """
    content: dict[str, object] = {
        "title": report.title,
        "subtitle": report.subtitle,
        "banner": report.banner,
        "on": day(report.on),
        "dated": {"year": report.on.year, "month": report.on.month, "day": report.on.day},
        "map_words": words,
        "has_map": bool(drawing),
        "unshown": "",
        "sections": [asdict(section) for section in _printed(report, short=True)],
    }
    try:
        return _typeset(content, drawing, standard="ua-1")
    except typst.TypstError as fault:
        if "could not be displayed" not in fault.message:
            raise
    return _typeset({**content, "unshown": _UNSHOWN}, drawing, standard="1.7")


_UNSHOWN = (
    "Some letters in names are ones that the fonts of this print cannot show: they appear as boxes here, and as they "
    f"are in {HTML_NAME} and {XLSX_NAME}."
)


def _typeset(content: Mapping[str, object], drawing: str, *, standard: Literal["ua-1", "1.7"]) -> bytes:
    """Run the compiler in a folder that holds the template, the content and the map, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="longstop-") as folder:
        root = Path(folder)
        (root / "plan.typ").write_bytes(files("templates").joinpath("plan.typ").read_bytes())
        (root / "plan.json").write_bytes(msgspec.json.encode(_with_breaks(content)))
        (root / "map.svg").write_text(drawing or _NO_MAP, encoding="utf-8")
        printed = typst.compile(  # type: ignore[call-overload]  # its stubs do not know "ua-1" yet
            root / "plan.typ",
            root=root,
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[standard],
        )
    if not isinstance(printed, bytes):
        raise TypeError("typst gave no PDF")
    return printed


_NO_MAP = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def _with_breaks(value: object) -> object:
    """Every string with places to break, so that one long word cannot run out of its column."""
    if isinstance(value, str):
        return breakable(value)
    if isinstance(value, dict):
        return {clean(name): _with_breaks(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_breaks(item) for item in value]
    return value
