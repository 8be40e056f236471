"""Companies House's API and its streams of changes, over the county: keys, windows of requests, pages, refusals.

401 without the right key, 404 in the API's three shapes, 429 for the rest of a window: as the real one does. A stream
is closed after the blank line that says there is nothing more, which the real one may do at any moment too.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs

from exercise import boards
from exercise.api_answers import Answer
from exercise.companies import Company, companies_of
from exercise.county import County
from exercise.land_registry import title_rows

API, STREAM = "/companies-house", "/companies-house-stream"
#: The two keys that the site takes; the API's opens no stream, and the stream's not the API.
KEY, STREAM_KEY = "exercise-companies-house-key", "exercise-stream-key"
STREAMS: Mapping[str, tuple[str, str]] = {
    "companies": ("company-profile", ""),
    "officers": ("company-officers", "officers"),
    "persons-with-significant-control": ("company-psc", "persons-with-significant-control"),
    "charges": ("company-charges", "charges"),
    "insolvency-cases": ("company-insolvency", "insolvency"),
}
_TYPES = {"Private Limited Company": "ltd", "Overseas Entity": "registered-overseas-entity"}
_STATUSES = {
    "Active": ("active", None),
    "Active - Proposal to Strike off": ("active", "active-proposal-to-strike-off"),
    "Registered": ("registered", None),
    "In Administration": ("administration", None),
    "Liquidation": ("liquidation", None),
}
_WINDOW_SECONDS, _LIMIT = 300, 600
#: How many entries a page holds unless asked for, and at most.
_PAGE, _MOST_PER_PAGE = 35, 100
#: The first event of every stream: whoever asks for an earlier one is told that it is too old.
_FIRST = 1_000


@dataclass(slots=True)
class Window:
    """A fixed window of requests. ``limit`` 0: nobody counts, but the headers are there."""

    limit: int = 0
    seconds: int = _WINDOW_SECONDS
    _asked: int = 0
    _ends: float = 0.0

    def take(self) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Whether one request more is allowed, and the headers that say how many are left."""
        now = time.time()
        if now >= self._ends:
            self._asked, self._ends = 0, float(int(now) + self.seconds)
        self._asked += 1
        limit = self.limit or _LIMIT
        left = max(0, limit - self._asked) if self.limit else limit - 1
        return not self.limit or self._asked <= self.limit, (
            ("x-ratelimit-limit", str(limit)),
            ("x-ratelimit-remain", str(left)),
            ("x-ratelimit-reset", str(int(self._ends))),
            ("x-ratelimit-window", f"{self.seconds}s"),
        )


class CompaniesHouseAnswers:
    """The API over one county. ``before`` is what answered until now: what differs from it is told by the streams."""

    def __init__(self, county: County, before: CompaniesHouseAnswers | None = None) -> None:
        self._county = county
        self.window: Window = before.window if before else Window()
        # Nobody asked what answered until now: then there is nothing to compare with, and nothing to make in advance.
        self._before = before if before is not None and before._made is not None else None
        self._made: dict[str, dict[str, Any]] | None = None
        self._events: dict[str, list[tuple[int, bytes]]] = {name: [] for name in STREAMS}

    @property
    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Every answer by path, made when the first is asked for; with it the events of what differs from before."""
        if self._made is None:
            self._made = documents(self._county)
            before, self._before = self._before, None
            held = {path: _bare(document) for path, document in before.documents.items()} if before else {}
            self._events = before._events if before else self._events
            for name, (kind, part) in STREAMS.items():
                paths = sorted(path for path in self._made if _part(path) == part)
                new = [path for path in paths if held.get(path) != _bare(self._made[path])] if before else paths[-1:]
                for path in new:
                    self._tell(name, kind, path)
        return self._made

    def answer(self, url: SplitResult, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET of ``url``; header names are in lower case."""
        if url.path.startswith(STREAM):
            return self._stream(url, headers)
        allowed, told = self.window.take()
        if problem := _refused(headers, KEY):
            return Answer(problem, status=401, headers=(("Www-Authenticate", "Basic"), *told))
        if not allowed:
            return Answer(b"", "text/plain", 429, told)
        path = url.path.removeprefix(API).rstrip("/")
        found = self.documents.get(path)
        if found is None:
            return _none(path, told, known="/".join(path.split("/")[:3]) in self.documents)
        return Answer(json.dumps(_paged(found, parse_qs(url.query))).encode(), headers=told)

    def _stream(self, url: SplitResult, headers: Mapping[str, str]) -> Answer:
        if problem := _refused(headers, STREAM_KEY):
            return Answer(problem, status=401)
        events = self._events_of(url.path.removeprefix(STREAM).strip("/"))
        if events is None:
            return Answer(b"", "text/plain", 404)
        asked = parse_qs(url.query).get("timepoint", [""])[0]
        since = int(asked) if asked.isdecimal() else events[-1][0] if events else _FIRST
        if since < _FIRST:
            return Answer(b"", "text/plain", 416)
        return Answer(b"".join(line + b"\n" for at, line in events if at >= since) + b"\n")

    def _events_of(self, stream: str) -> list[tuple[int, bytes]] | None:
        """The events of a stream; None where there is no such stream."""
        return self._events.get(stream) if self.documents else None

    def _tell(self, stream: str, kind: str, path: str) -> None:
        """One event more: that what stands at a path has changed."""
        events = self._events[stream]
        at = events[-1][0] + 1 if events else _FIRST
        event = {
            "resource_kind": kind,
            "resource_uri": path,
            "resource_id": path.split("/")[2],
            "data": {},
            "event": {"timepoint": at, "published_at": "2026-11-01T02:00:00", "type": "changed"},
        }
        events.append((at, json.dumps(event).encode()))


def documents(county: County) -> dict[str, dict[str, Any]]:
    """Everything that the API has, by path: whole lists, before they are cut into pages."""
    made = companies_of(county.stock, county.as_at)
    owned: dict[str, list[str]] = {}
    for row in title_rows(county):
        for owner in row.proprietors if row.homes else ():
            if owner.number.isdecimal():
                number = owner.number.zfill(8)
                made.add(Company(number, owner.name.upper()))
                owned.setdefault(number, []).append(row.number)
    made.add(boards.SECRETARY)
    of_chain = [p.company for p in county.stock.providers.values() if p.brand and p.brand.id == "EXB1" and p.company]
    largest = min(of_chain, default="")
    control = boards.entries(made)
    found: dict[str, dict[str, Any]] = {}
    for company in sorted(made.rows.values(), key=lambda one: one.number):
        number = company.number
        some, titles = control.get(number, ()), owned.get(number, [])
        found |= _of_company(company, some, titles, county, large=number == largest)
    return found


def _of_company(
    company: Company, control: tuple[Mapping[str, Any], ...], titles: list[str], county: County, *, large: bool
) -> dict[str, dict[str, Any]]:
    """The profile of a company, and whatever it links to."""
    root = f"/company/{company.number}"
    statements = [one for one in control if one["kind"].endswith("-statement")]
    exempt = [one for one in control if one["kind"] == "exemptions"]
    people = [one for one in control if one not in statements and one not in exempt]
    charged = list(boards.charges(company, titles))
    done = sum(charge["status"] == "fully-satisfied" for charge in charged)
    parts: dict[str, dict[str, Any] | None] = {
        "officers": {**_list(list(boards.officers(company, large=large)), f"{root}/officers"), "kind": "officer-list"},
        "persons-with-significant-control": _list(people, f"{root}/persons-with-significant-control"),
        "persons-with-significant-control-statements": _list(statements, root) if statements else None,
        "exemptions": dict(exempt[0]) if exempt else None,
        "charges": {
            "items": charged,
            "total_count": len(charged),
            "unfiltered_count": len(charged),
            "satisfied_count": done,
            "part_satisfied_count": 0,
        } if charged else None,
        "insolvency": boards.insolvency(company),
    }  # fmt: skip
    held = {part: document for part, document in parts.items() if document is not None}
    protected = any(one["kind"].startswith("super-secure") for one in people)
    return {
        root: _profile(company, sorted(held), county, protected=protected),
        **{f"{root}/{part}": document for part, document in held.items()},
    }


def _bare(document: Mapping[str, Any]) -> str:
    """A document without the marks of its versions, for comparing."""
    return re.sub(r'"etag": "[^"]*",? ?', "", json.dumps(document))


def _list(items: list[Any], address: str) -> dict[str, Any]:
    active = sum("ceased_on" not in item and "resigned_on" not in item for item in items)
    return {
        "active_count": active,
        "items": items,
        "links": {"self": address},
        "resigned_count" if address.endswith("officers") else "ceased_count": len(items) - active,
        "total_results": len(items),
    }


def _profile(company: Company, parts: list[str], county: County, *, protected: bool) -> dict[str, Any]:
    digits, year = int(company.number[2:]), county.as_at.year
    status, detail = _STATUSES[company.status]
    here = company.country == "United Kingdom"
    late = digits % 11 == 0
    root = f"/company/{company.number}"
    profile: dict[str, Any] = {
        "can_file": True,
        "company_name": company.name,
        "company_number": company.number,
        "company_status": status,
        "date_of_creation": "2009-04-06",
        "etag": f"{digits:040x}",
        "has_charges": "charges" in parts,
        "has_insolvency_history": "insolvency" in parts,
        "has_super_secure_pscs": protected,
        "jurisdiction": "england-wales" if here else "united-kingdom",
        "links": {"self": root, **{part.replace("-", "_"): f"{root}/{part}" for part in parts}},
        "registered_office_address": {
            "address_line_1": "1 Example Street",
            "country": "England" if here else company.country.title(),
            "locality": "Exerciseton",
            "postal_code": "ZX1 1AA",
        },
        "registered_office_is_in_dispute": False,
        "type": _TYPES.get(company.category, "private-limited-guarant-nsc"),
        "undeliverable_registered_office_address": False,
    }
    if detail:
        profile["company_status_detail"] = detail
    if here:
        profile["sic_codes"] = [company.sic[:5]]
        profile["accounts"] = {
            "accounting_reference_date": {"day": "31", "month": "03"},
            "last_accounts": {"made_up_to": f"{year - late}-03-31", "period_end_on": f"{year - late}-03-31",
                              "period_start_on": f"{year - late - 1}-04-01", "type": "full"},
            "next_accounts": {"due_on": f"{year + 1 - late}-12-31" if not late else f"{year - 1}-12-31",
                              "overdue": late, "period_end_on": f"{year + 1 - late}-03-31"},
            "overdue": late,
        }  # fmt: skip
        profile["confirmation_statement"] = {
            "last_made_up_to": f"{year}-04-06",
            "next_due": f"{year + 1}-04-20",
            "next_made_up_to": f"{year + 1}-04-06",
            "overdue": False,
        }
    else:
        profile["foreign_company_details"] = {
            "originating_registry": {"country": company.country.title(), "name": "Exercise Registry of Companies"},
            "registration_number": f"EX{digits}",
        }
    return profile


def _paged(document: Mapping[str, Any], query: Mapping[str, list[str]]) -> Mapping[str, Any]:
    """A page of a list, as asked for; anything else as it is."""
    items = document.get("items")
    if not isinstance(items, list):
        return document

    def asked(name: str, usual: int) -> int:
        words = query.get(name, [""])[0]
        return int(words) if words.isdecimal() and len(words) < 9 else usual

    start, length = asked("start_index", 0), min(asked("items_per_page", _PAGE), _MOST_PER_PAGE)
    return {**document, "items": items[start : start + length], "start_index": start, "items_per_page": length}


def _none(path: str, told: tuple[tuple[str, str], ...], *, known: bool) -> Answer:
    """404 in the shape that the API has for this address."""
    part = path.rpartition("/")[2]
    if part == "insolvency":
        words = {"error": "Not Found", "path": path, "status": 404, "timestamp": "2026-11-01"}
        return Answer(json.dumps(words).encode(), status=404, headers=told)
    if known and part != "charges":
        return Answer(b"", "", 404, told)
    if known:
        return Answer(b'{"items": [], "total_count": 0, "unfiltered_count": 0}', headers=told)
    return Answer(b'{"errors":[{"error":"company-profile-not-found","type":"ch:service"}]}', status=404, headers=told)


def _refused(headers: Mapping[str, str], key: str) -> bytes | None:
    """Why a request without the right key is refused."""
    given = headers.get("authorization")
    if given == f"Basic {b64encode(f'{key}:'.encode()).decode()}":
        return None
    why = "Invalid Authorization" if given else "Empty Authorization header"
    return json.dumps({"error": why, "type": "ch:service"}).encode()


def _part(path: str) -> str:
    """The part of a company that a path names; empty for the profile."""
    return path.split("/", 3)[3] if path.count("/") > 2 else ""


def write_api(county: County, to: Path) -> None:
    """Write every answer as a file, laid out as the API's addresses are."""
    for path, document in documents(county).items():
        file = to / f"{path.strip('/')}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document), encoding="utf-8")
