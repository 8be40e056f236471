"""The county's titles as HM Land Registry's monthly files, and the API that hands them out, ten seconds at a time."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import SplitResult, parse_qs

from exercise.api_answers import Answer
from exercise.county import County
from exercise.land_registry import TitleRow, title_rows

#: Paths on the site that has everything; the files lie elsewhere than the API, as on the real ones.
API, FILES = "/land-registry/api/v1", "/land-registry-files/"
#: The key that the site takes: it opens nothing but this invented county.
KEY = "exercise-land-key"
VALID_FOR_SECONDS = 10
OWNERS = 4
LISTS = {"ccod": False, "ocod": True}


def columns(*, overseas: bool, changes: bool) -> tuple[str, ...]:
    """The header of one kind of file: 35 columns, 39 with a country to each owner, and two more of changes."""
    owners: list[str] = []
    for n in range(1, OWNERS + 1):
        owners += [f"Proprietor Name ({n})", f"Company Registration No. ({n})", f"Proprietorship Category ({n})"]
        owners += [f"Country Incorporated ({n})"] if overseas else []
        owners += [f"Proprietor ({n}) Address ({line})" for line in (1, 2, 3)]
    return (
        *("Title Number", "Tenure", "Property Address", "District", "County", "Region", "Postcode"),
        *("Multiple Address Indicator", "Price Paid", *owners),
        *("Date Proprietor Added", "Additional Proprietor Indicator"),
        *(("Change Indicator", "Change Date") if changes else ()),
    )


def list_name(dataset: str, kind: str, as_at: date) -> str:
    """``CCOD_FULL_2026_11``, the name of a month's file without its ending; ``kind`` is FULL or COU."""
    return f"{dataset.upper()}_{kind}_{as_at:%Y_%m}"


def list_files(county: County, before: County | None = None) -> dict[str, bytes]:
    """The month's files by name, zipped; files of changes only where there is a month before. Same county, same bytes.

    A change is a row that takes the title out (D) and one that puts it in as it is now (A).
    """
    rows, old = _as_filed(county), _as_filed(before) if before is not None else None
    found = {}
    for dataset, overseas in LISTS.items():
        now = {row.number: row for row in rows if row.overseas == overseas}
        name = list_name(dataset, "FULL", county.as_at)
        found[f"{name}.zip"] = _zipped(name, _table(((row, ()) for row in now.values()), overseas, changes=False))
        if old is None:
            continue
        was = {row.number: row for row in old if row.overseas == overseas}
        changed: list[tuple[TitleRow, tuple[str, str]]] = []
        on = _day(county.as_at)
        for number in sorted(now.keys() | was.keys()):
            if now.get(number) != was.get(number):
                changed += [(was[number], ("D", on))] if number in was else []
                changed += [(now[number], ("A", on))] if number in now else []
        name = list_name(dataset, "COU", county.as_at)
        found[f"{name}.zip"] = _zipped(name, _table(changed, overseas, changes=True))
    return found


def _as_filed(county: County) -> tuple[TitleRow, ...]:
    """The county's rows without what no file holds: which home they are of."""
    return tuple(replace(row, homes=()) for row in title_rows(county))


def write_lists(county: County, to: Path) -> None:
    """Write the month's full lists into a folder, as they are downloaded."""
    to.mkdir(parents=True, exist_ok=True)
    for name, content in list_files(county).items():
        (to / name).write_bytes(content)


class LandAnswers:
    """The API over one month's files. ``signed`` is whether the licences are, ``valid_for`` an address's seconds."""

    def __init__(self, county: County, before: LandAnswers | None = None) -> None:
        earlier = before.county if before is not None and before.county.as_at < county.as_at else None
        self.county: County = county
        self.files = list_files(county, earlier)
        self.signed: bool = before.signed if before else True
        self.valid_for: float = before.valid_for if before else float(VALID_FOR_SECONDS)
        self._given: dict[str, float] = {}

    def answer(self, url: SplitResult, headers: Mapping[str, str], site: str) -> Answer:
        """The answer to a GET of ``url`` on ``site`` (its address); header names are in lower case."""
        if url.path.startswith(FILES):
            return self._file(url, headers)
        key = headers.get("authorization")
        if not key or not self.signed:
            return _said({"error": "You have not yet signed the licence for this dataset", "success": False}, 403)
        if key != KEY:
            return _said({"error": "API Key provided is incorrect or does not exist"}, 404)
        result = self._result(url, site)
        if result is None:
            return _said({"error": "Not found", "success": False}, 404)
        return _said({"success": True, "result": result})

    def _result(self, url: SplitResult, site: str) -> object | None:
        """What the API says at one path; ``None`` where there is nothing."""
        match url.path.removeprefix(API).strip("/").split("/"):
            case ["datasets"]:
                return [{"name": name} for name in LISTS]
            case ["datasets", ("ccod" | "ocod") as dataset]:
                return {"name": dataset, "resources": self._resources(dataset)}
            case ["datasets", "history", ("ccod" | "ocod") as dataset]:
                months = [{"month": f"{self.county.as_at:%B %Y}", "resource_list": self._resources(dataset)}]
                return {"name": dataset, "dataset_history": months}
            case ["datasets", ("ccod" | "ocod"), name] if name in self.files:
                return self._address(name, site)
        return None

    def _resources(self, dataset: str) -> list[dict[str, str]]:
        kinds = {"FULL": "Full File", "COU": "Change Only File"}
        named = {kind: f"{list_name(dataset, kind, self.county.as_at)}.zip" for kind in kinds}
        return [{"name": kinds[kind], "file_name": name} for kind, name in named.items() if name in self.files]

    def _address(self, name: str, site: str) -> dict[str, object]:
        permission = f"{len(self._given) + 1:08d}"
        self._given[permission] = time.monotonic() + self.valid_for
        address = f"{site}{FILES}{name}?permission={permission}"
        return {"resource": name, "valid_for_seconds": VALID_FOR_SECONDS, "download_url": address}

    def _file(self, url: SplitResult, headers: Mapping[str, str]) -> Answer:
        """A file for as long as its address holds. Storage refuses a key beside the permission in the address."""
        if "authorization" in headers:
            return Answer(b"<Error><Code>InvalidArgument</Code></Error>", "application/xml", 400)
        permission = parse_qs(url.query).get("permission", [""])[0]
        if time.monotonic() > self._given.get(permission, 0.0):
            return Answer(b"<Error><Code>AccessDenied</Code></Error>", "application/xml", 403)
        content = self.files.get(url.path.removeprefix(FILES))
        return Answer(content, "application/zip") if content else Answer(b"", "application/xml", 404)


def _said(document: Mapping[str, object], status: int = 200) -> Answer:
    return Answer(json.dumps(document).encode(), status=status)


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _table(rows: Iterable[tuple[TitleRow, tuple[str, ...]]], overseas: bool, *, changes: bool) -> str:
    text, count = io.StringIO(), 0
    text.write(",".join(columns(overseas=overseas, changes=changes)) + "\r\n")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for count, (row, change) in enumerate(rows, start=1):  # noqa: B007 - the last number is how many there are
        table.writerow([*_cells(row, overseas), *change])
    text.write(f'"Row Count:{count}"\r\n')
    return text.getvalue()


def _cells(row: TitleRow, overseas: bool) -> list[str]:
    cells = [row.number, row.tenure, row.address, row.district, row.county, row.region, row.postcode]
    cells += ["Y" if row.multiple else "N", row.price]
    for turn in range(OWNERS):
        owner = row.proprietors[turn] if turn < len(row.proprietors) else None
        cells += [owner.name, owner.number, owner.category] if owner else [""] * 3
        cells += [(owner.country or "") if owner else ""] if overseas else []
        cells += ["1 Example Street, Exerciseton ZX1 1AA" if owner else "", "", ""]
    return [*cells, _day(row.added) if row.added else "", "Y" if row.additional else "N"]


def _zipped(name: str, text: str) -> bytes:
    """A zip of one CSV, dated like every other: the machine's clock is not in it."""
    member = zipfile.ZipInfo(f"{name}.csv", date_time=(2026, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, text.encode())
    return packed.getvalue()
