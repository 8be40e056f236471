"""Writes a plan as a page, a print and a workbook: one set of findings, three files, no clock.

``plan.html`` is one file that asks for nothing else; ``plan.pdf`` is set by typst from its own fonts; ``plan.xlsx``
holds every row. The same plan and context give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contingency.findings import find
from contingency.plan_document import PlanFault, read_plan
from contingency.report_context import ReportArea, ReportContext, ReportFeed, ReportHome
from contingency.report_sections import build_report
from printing.page import html_page
from printing.paper import pdf_pages
from printing.workbook import write_workbook

__all__ = ["PlanFault", "ReportArea", "ReportContext", "ReportFeed", "ReportHome", "write_report"]


def write_report(plan: Mapping[str, Any], context: ReportContext, out: Path) -> list[Path]:
    """Write ``plan.html``, ``plan.pdf`` and ``plan.xlsx`` into the folder ``out`` (made if absent); return their paths.

    ``plan`` is a plan document (``longstop/plan/1``). Raises PlanFault where it is not one, where it loses a person,
    or where a boundary in the context cannot be read; OSError where the folder cannot be written.
    """
    report = build_report(find(read_plan(plan), context))
    written = {
        f"{report.name}.html": html_page(report),
        f"{report.name}.pdf": pdf_pages(report),
        f"{report.name}.xlsx": write_workbook(report),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (out / name).write_bytes(content)
    return [out / name for name in written]
