"""A report as tagged A4 pages (PDF), set by typst from the fonts that it carries."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst

from printing.layout import Report
from printing.page import TURNED, printed_sections
from printing.wording import breakable, clean, day

_UNSHOWN = (
    "Some letters in names are ones that the fonts of this print cannot show: they appear as boxes here, and as they "
    "are in {name}.html and {name}.xlsx."
)


def pdf_pages(report: Report) -> bytes:
    """Tagged A4 pages (PDF/UA-1). Names reach typst as JSON values, which it prints and never reads as markup.

    The standard forbids a letter that no font can show. Where a name has one, the pages are still tagged, show a box
    for it, and say so. The same report gives the same bytes.
    """
    drawings: list[str] = []
    sections: list[dict[str, Any]] = []
    for section in printed_sections(report, short=True):
        pictures = []
        for picture in section.pictures:
            pictures.append({"file": f"{len(drawings)}.svg" if picture.svg else "", "words": picture.words})
            if picture.svg:
                drawings.append(picture.svg)
        sections.append({**asdict(section), "pictures": pictures})
    content: dict[str, object] = {
        "title": report.title,
        "subtitle": report.subtitle,
        "banner": report.banner,
        "on": day(report.on),
        "dated": {"year": report.on.year, "month": report.on.month, "day": report.on.day},
        "turned": TURNED,  # how small the letters of a wide table are
        "unshown": "",
        "figures": [asdict(figure) for figure in report.figures],
        "sections": sections,
    }
    try:
        return _typeset(content, drawings, standard="ua-1")
    except typst.TypstError as fault:
        if "could not be displayed" not in fault.message:
            raise
    return _typeset({**content, "unshown": _UNSHOWN.format(name=report.name)}, drawings, standard="1.7")


def _typeset(content: Mapping[str, object], drawings: list[str], *, standard: Literal["ua-1", "1.7"]) -> bytes:
    """Run the compiler in a folder that holds the template, the content and the drawings, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="longstop-") as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(files("templates").joinpath("report.typ").read_bytes())
        (root / "report.json").write_bytes(msgspec.json.encode(_with_breaks(content)))
        for number, drawing in enumerate(drawings):
            (root / f"{number}.svg").write_text(drawing, encoding="utf-8")
        printed = typst.compile(  # type: ignore[call-overload]  # its stubs do not know "ua-1" yet
            root / "report.typ",
            root=root,
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=[standard],
        )
    if not isinstance(printed, bytes):
        raise TypeError("typst gave no PDF")
    return printed


def _with_breaks(value: object) -> object:
    """Every string with places to break, so that one long word cannot run out of its column."""
    if isinstance(value, str):
        return breakable(value)
    if isinstance(value, dict):
        return {clean(name): _with_breaks(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_breaks(item) for item in value]
    return value
