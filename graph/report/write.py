"""Writes an ownership report: one set of sections and tables, as a page, a print, a workbook, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graph.report.build import Built
from printing.page import html_page
from printing.paper import pdf_pages
from printing.tabular import tables_document, write_package
from printing.workbook import write_workbook


def _write(content: bytes, to: Path) -> list[Path]:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(content)
    return [to]


#: Format -> what writes it; ``csv`` makes a folder, every other one a file.
REPORT_FORMATS: Mapping[str, Callable[[Built, Path], list[Path]]] = {
    "html": lambda built, to: _write(html_page(built.report), to),
    "pdf": lambda built, to: _write(pdf_pages(built.report), to),
    "xlsx": lambda built, to: _write(write_workbook(built.report), to),
    "csv": lambda built, to: write_package(built.report, built.about, built.licences, to),
    "json": lambda built, to: _write(tables_document(built.report, built.about), to),
}


def write_ownership_report(built: Built, form: str, to: Path) -> list[Path]:
    """Write the report in a format of REPORT_FORMATS; the paths written. The same report gives the same bytes.

    Raises KeyError for a format that is none; OSError where ``to`` cannot be written.
    """
    return REPORT_FORMATS[form](built, to)
