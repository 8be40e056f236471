"""The Gazette as its data.json answers: invented notices of corporate insolvency, page by page, by day of publication.

Among them are the things that a reader must not get wrong: a petition that names the petitioner's number too, a
company of the same name with another number, a notice without any number, one without a code, and a solvent winding up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from exercise.companies import companies_of
from exercise.county import County
from exercise.names import company_number

PATH = "/insolvency/notice/data.json"
#: The large chain's upper holding company goes into administration on a day that no month moves: no home's provider
#: has failed by it.
HOLDING, FAILED_ON = "99900001", date(2026, 10, 20)
MOST_A_PAGE = 100
_WINDING_UP, _PETITION = "Resolutions for Winding-up", "Petitions to Wind Up (Companies)"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice: the Gazette's code (None: the entry gives none), its category, the company's name, and its text."""

    code: str | None
    category: str
    title: str
    text: str
    published: date


def notices(county: County) -> list[Notice]:
    """The notices published by the county's day, the earliest first: the same ones from month to month, and more."""
    found = [one for one in _notices(county) if one.published <= county.as_at]
    return sorted(found, key=lambda one: (one.published, one.title, one.code or ""))


def _notices(county: County) -> Iterator[Notice]:
    stock = county.stock
    rows = companies_of(stock, county.as_at).rows
    if HOLDING in rows:
        name = rows[HOLDING].name
        yield Notice("2410", "Appointment of Administrators", name, _body(name, HOLDING), FAILED_ON)
    going = [
        p
        for p in stock.providers.values()
        if p.company and p.brand is None and (p.deregistered_on is None or p.deregistered_on > FAILED_ON)
    ]
    for turn, provider in enumerate(sorted(going, key=lambda one: one.id)[:3]):
        number, name = provider.company or "", provider.name.upper()
        day = FAILED_ON - timedelta(days=7 * turn)
        if turn == 0:
            by = "EXERCISE TRADE SUPPLIES LIMITED (Company Number 99888888)"
            said = f"{_body(name, number)}<p>A petition to wind up the above-named company was presented by {by}.</p>"
            yield Notice("2450", _PETITION, name, said, day)
        elif turn == 1:  # another company of the same name
            yield Notice("2443", "Appointment of Liquidators", name, _body(name, company_number(888001)), day)
        else:
            yield Notice("2443", "Appointment of Liquidators", name, f"<p>{name}</p><p>No number is given.</p>", day)
    successors = {registration.id for registration in stock.registrations.values() if registration.links}
    for registration in stock.registrations.values():
        provider, ended = stock.providers[registration.provider], registration.deregistered_on
        if ended is None or not provider.company or provider.deregistered_on != ended:
            continue
        name, day = provider.name.upper(), ended + timedelta(days=2)
        if registration.id in successors:  # sold: the seller is wound up by its members, and pays everybody
            said = _body(name, provider.company) + "<p>The company is able to pay its debts in full.</p>"
            yield Notice("2431", _WINDING_UP, name, said, day)
        else:
            yield Notice(None, "Winding-Up Orders", name, _body(name, provider.company), day)


def _body(name: str, number: str) -> str:
    return (
        f'<div class="content"><p><strong>{name}</strong></p><p>(Company Number&nbsp;{number.lstrip("0")})</p>'
        "<p>INVENTED: an exercise. Office holder: Alex Sample001 (IP No. 99999)</p></div>"
    )


def answer(county: County, query: Mapping[str, list[str]]) -> bytes:
    """The answer to one question for a page: of corporate insolvency (category 24), by days of publication."""

    def asked(name: str, otherwise: str) -> str:
        return query.get(name, [otherwise])[0]

    first, last = asked("start-publish-date", "0001-01-01"), asked("end-publish-date", "9999-12-31")
    size = max(1, min(MOST_A_PAGE, int(asked("results-page-size", "10"))))
    page = max(1, int(asked("results-page", "1")))
    found = notices(county) if asked("categorycode", "24") == "24" else []
    fitting = [one for one in reversed(found) if first <= one.published.isoformat() <= last]
    shown: Any = [_entry(one) for one in fitting[(page - 1) * size : page * size]]
    envelope: dict[str, Any] = {
        "id": "https://www.example.org/insolvency/notice/data.json",
        "f:total": str(len(fitting)),
        "f:page-number": str(page),
        "link": [],
    }
    if shown:  # one notice is an object, and none no key at all
        envelope["entry"] = shown[0] if len(shown) == 1 else shown
    return json.dumps(envelope, ensure_ascii=False).encode()


def _entry(notice: Notice) -> dict[str, Any]:
    # The same notice has the same number whatever is published before or after it.
    mark = hashlib.sha256(f"{notice.title}/{notice.category}/{notice.text}/{notice.published}".encode()).hexdigest()
    number = 90_000_000 + int(mark[:12], 16) % 9_999_999
    moment = f"{notice.published.isoformat()}T00:00:00"
    entry: dict[str, Any] = {
        "id": f"https://www.example.org/id/notice/{number}",
        "f:status": "published",
        "f:notice-code": notice.code,
        "title": notice.title,
        "link": [{"@href": f"https://www.example.org/notice/{number}", "@rel": "self"}],
        "author": {"name": "Alex Sample001"},
        "updated": moment,
        "published": moment,
        "category": {"@term": notice.category},
        "content": notice.text,
    }
    if notice.code is None:
        del entry["f:notice-code"]
    return entry
