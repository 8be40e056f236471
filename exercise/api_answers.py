"""How the API at ``/public/v1`` answers: keys, pages, filters, records, changes, refusals.

401 without the right key, 403 without a ``User-Agent``, 400 to an id in lower case, 404 to an unknown one, 429 beyond
the rate limit: all as the real API has been seen to do.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qsl

from exercise import cqc_api
from exercise.county import County
from exercise.names import REGION
from exercise.stock import Registration

API = "/public/v1"
#: The key that the site takes: it opens nothing but this invented county.
KEY = "exercise-key"
#: The list filters that are understood; others of CQC's filters have no meaning for the county, and give 400.
FILTERS: Mapping[str, Callable[[Registration], str]] = {
    "careHome": lambda registration: "Y" if registration.care_home else "N",
    "localAuthority": lambda registration: registration.building.council.name,
    "region": lambda _: REGION,
    "overallRating": lambda registration: registration.rating.overall if registration.rating else "",
}
_MOST_PER_PAGE = 1_000
_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: body, content type, status and further headers."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


def _refuse(status: int, message: str, *headers: tuple[str, str]) -> Answer:
    return Answer(json.dumps({"statusCode": status, "message": message}).encode(), status=status, headers=headers)


class ApiAnswers:
    """The API over one county. ``requests_a_minute`` is its rate limit, in a sliding window; None: none.

    ``before`` is what answered until now, and ``entered`` (with a zone) when the records that differ were entered:
    ``/changes`` names a record by that moment, and by the days that it bears itself.
    """

    def __init__(self, county: County, before: ApiAnswers | None = None, *, entered: datetime | None = None) -> None:
        self._stock = county.stock
        self._held = cqc_api.locations_by_provider(county.stock)
        self._entered: dict[str, datetime] = dict(before._entered) if before else {}
        if before is not None and entered is not None:
            self._entered |= dict.fromkeys(self._differing(before), entered)
        self.requests_a_minute: int | None = before.requests_a_minute if before else None
        self._asked: deque[float] = before._asked if before else deque()

    def answer(self, url: SplitResult, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET of ``url``; header names are in lower case."""
        return self._refusal(headers) or self._found(url)

    def _differing(self, before: ApiAnswers) -> Iterator[str]:
        """The ids of locations and providers that are new or say something else."""
        was, now = before._stock, self._stock
        for one in now.registrations.values():
            old = was.registrations.get(one.id)
            if old != one or was.brand(old) != now.brand(one):
                yield one.id
        for legal_person in now.providers.values():
            held = self._held.get(legal_person.id, []), before._held.get(legal_person.id, [])
            if was.providers.get(legal_person.id) != legal_person or sorted(held[0]) != sorted(held[1]):
                yield legal_person.id

    def _refusal(self, headers: Mapping[str, str]) -> Answer | None:
        if not headers.get("user-agent"):
            return _refuse(403, "Forbidden")
        if headers.get("ocp-apim-subscription-key") != KEY:
            return _refuse(401, "Access denied due to missing or invalid subscription key.")
        if wait := self._over_the_limit():
            return _refuse(429, f"Rate limit is exceeded. Try again in {wait} seconds.", ("Retry-After", str(wait)))
        return None

    def _found(self, url: SplitResult) -> Answer:
        query = parse_qsl(url.query, keep_blank_values=True)
        match url.path.removeprefix(API).strip("/").split("/"):
            case ["locations" | "providers" as kind]:
                return self._list(kind, query)
            case ["locations" | "providers" as kind, identifier]:
                return self._record(kind, identifier)
            case ["providers", identifier, "locations"] if identifier in self._stock.providers:
                held = self._held.get(identifier, [])
                return Answer(cqc_api.encode({"locations": [{"organisationId": i} for i in sorted(held)]}))
            case ["changes", "location" | "provider" as kind]:
                return self._changes(kind, query)
            case _:
                return _refuse(404, "Resource not found")

    def _over_the_limit(self) -> int:
        """Seconds to wait, or 0."""
        if self.requests_a_minute is None:
            return 0
        now = time.monotonic()
        while self._asked and now - self._asked[0] > _WINDOW_SECONDS:
            self._asked.popleft()
        if len(self._asked) >= self.requests_a_minute:
            return max(1, round(_WINDOW_SECONDS - (now - self._asked[0])))
        self._asked.append(now)
        return 0

    def _list(self, kind: str, query: list[tuple[str, str]]) -> Answer:
        page, per_page, filters = _paging(query)
        if page is None or per_page is None:
            return _refuse(400, "page and perPage must be whole numbers from 1")
        if unknown := [name for name, _ in filters if name not in FILTERS]:
            return _refuse(400, f"unknown filter {unknown[0]}")
        wanted: dict[str, set[str]] = {}
        for name, value in filters:
            wanted.setdefault(name, set()).add(value)
        found = [
            registration
            for registration in self._stock.registrations.values()
            if all(FILTERS[name](registration) in values for name, values in wanted.items())
        ]
        if kind == "locations":
            entries = cqc_api.location_entries(found)
        else:
            running = {registration.provider for registration in found}
            entries = cqc_api.provider_entries(p for p in self._stock.providers.values() if p.id in running)
        return Answer(cqc_api.encode(cqc_api.listing(kind, entries, page, per_page, filters)))

    def _record(self, kind: str, identifier: str) -> Answer:
        if identifier != identifier.upper():
            return _refuse(400, f"{identifier} is not a valid id")
        if kind == "locations" and (registration := self._stock.registrations.get(identifier)):
            return Answer(cqc_api.encode(cqc_api.location(self._stock, registration)))
        if kind == "providers" and (provider := self._stock.providers.get(identifier)):
            return Answer(cqc_api.encode(cqc_api.provider(provider, self._held.get(identifier, []))))
        return _refuse(404, f"No {kind[:-1]} {identifier}")

    def _changes(self, kind: str, query: list[tuple[str, str]]) -> Answer:
        """Ids that changed between two times; both are required, ISO 8601 ending in Z."""
        asked = dict(query)
        try:
            first, last = (_moment(asked[name]) for name in ("startTimestamp", "endTimestamp"))
        except (KeyError, ValueError):
            return _refuse(400, "startTimestamp and endTimestamp are required, ISO 8601 with Z")
        page, per_page, _ = _paging(query)
        if page is None or per_page is None:
            return _refuse(400, "page and perPage must be whole numbers from 1")
        dated = [r for r in self._stock.registrations.values() if first <= _changed_on(r) <= last]
        found = {r.id if kind == "location" else r.provider for r in dated}
        known = self._stock.registrations if kind == "location" else self._stock.providers
        found.update(i for i, moment in self._entered.items() if i in known and first <= moment <= last)
        ids = sorted(found)
        window = [pair for pair in query if pair[0].endswith("Timestamp")]
        return Answer(cqc_api.encode(cqc_api.listing(f"changes/{kind}", ids, page, per_page, window)))


def _changed_on(registration: Registration) -> datetime:
    """The beginning of the latest day on which the record changed."""
    rating = registration.rating
    days = (
        registration.registered_on,
        registration.deregistered_on,
        registration.manager_absent_on,
        registration.amended_on,
        rating.published_on if rating else None,
    )
    return datetime.combine(max(day for day in days if day is not None), datetime.min.time(), UTC)


def _moment(timestamp: str) -> datetime:
    """The moment of a timestamp that ends in Z. Raises ValueError for anything else."""
    if not timestamp.endswith("Z"):
        raise ValueError(timestamp)
    return datetime.fromisoformat(timestamp)


def _paging(query: list[tuple[str, str]]) -> tuple[int | None, int | None, list[tuple[str, str]]]:
    """``page`` and ``perPage`` (None where they are not whole numbers from 1), and the other pairs."""
    asked = dict(query)

    def whole(name: str, usual: str) -> int | None:
        text = asked.get(name, usual)
        return int(text) if text.isdecimal() and len(text) < 9 and int(text) > 0 else None

    per_page = whole("perPage", "50")
    own = ("page", "perPage", "startTimestamp", "endTimestamp")
    rest = [(name, value) for name, value in query if name not in own]
    return whole("page", "1"), None if per_page is None else min(per_page, _MOST_PER_PAGE), rest
