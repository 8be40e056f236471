"""Companies House's answers as kept on a disk: a folder laid out as the API's addresses are, or single answers.

What a file holds is told by its content, so that any arrangement will do: pages of lists, single entries, events of
the streams, and answers as Companies House's own services hand them to each other (in ``external_data`` or ``data``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from crawler.companies_house_answers import FEEDS, PAGED, PROFILE, PROFILES, Harvest
from crawler.psc_snapshot import EXEMPTIONS, KINDS, STATEMENT
from crawler.reading import Item, Reading, canonical, json_list, json_object
from crawler.tables import SourceChanged, plain_file
from crawler.values import day_in
from register.identifiers import BadIdentifier, company_number

_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}[0-9]{6}|[0-9]{8})(?![A-Za-z0-9])")
_CONTROL, _STATEMENTS = "persons-with-significant-control", "persons-with-significant-control-statements"
#: Members that only an entry of one list has.
_OF_ENTRY: Mapping[str, frozenset[str]] = {
    "officers": frozenset({"officer_role"}),
    "charges": frozenset({"charge_number", "charge_code", "persons_entitled", "secured_details"}),
}
#: Members that only a list has, for one without an entry.
_OF_LIST: Mapping[str, str] = {
    "resigned_count": "officers",
    "ceased_count": _CONTROL,
    "unfiltered_count": "charges",
    "unfiletered_count": "charges",
    "satisfied_count": "charges",
}


#: What Companies House answers besides, and nothing here asks for: it is told, and nothing of a list is lost by it.
_OTHER = ("filing-history", "registers", "related-companies", "registered-office-address", "personal-appointment",
          "search", "natural-disqualification", "corporate-disqualification")  # fmt: skip
#: The members of an answer that says that there is none (404), or that refuses.
_REFUSAL = frozenset({"error", "errors", "path", "status", "timestamp", "type", "message"})


class OtherAnswer(SourceChanged):
    """An answer of Companies House's that is not read here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one file holds: which part of which company. ``entry``: it is one entry of a list, and not a page of it.

    ``none``: it says that there is none of that part. ``held`` is the answer itself where its file holds several.
    """

    company: str
    part: str
    file: Path
    start: int = 0
    entry: bool = False
    deleted: bool = False
    none: bool = False
    held: dict[str, Any] | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The answer. Raises SourceChanged."""
        return _documents(self.file)[0] if self.held is None else self.held


def parse_published(
    path: Path, *, today: date, as_at: date | None = None, companies: Collection[str] = frozenset()
) -> Iterator[Item]:
    """What the answers at a path say of some companies (``gb-coh:…``; none: all) and of those above them.

    The day is ``as_at``, else the one in the name, else ``today``. A folder that holds every one of the companies is
    read as a crawl is; any other is a part, and what it lacks means nothing. Raises SourceChanged for a path that holds
    no answer of Companies House's.
    """
    day = as_at or day_in(path.name) or today
    files = [path]
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.name.endswith((".json", ".json.gz"))]
    held: dict[str, list[Answer]] = {}
    unread = Reading(PROFILES, "", day)
    for file in files:
        reading = unread.at(file.name)
        try:
            documents = _documents(file)
        except SourceChanged as problem:
            if path == file:
                raise
            documents = []
            reading.fault(str(problem), loses_row=True)
        for row, fields in enumerate(documents, start=1):
            several = len(documents) > 1
            try:
                answer = told_by(fields, file)
            except SourceChanged as problem:
                if path == file and not several:
                    raise
                lost = not isinstance(problem, OtherAnswer)
                reading.fault(str(problem), row=row if several else None, loses_row=lost)
            else:
                answer = replace(answer, held=fields) if several else answer
                held.setdefault(answer.company, []).append(answer)
        yield from reading.drain()
    if not held:
        raise SourceChanged("there is no answer of Companies House's in it")
    whole = bool(companies) and held.keys() >= set(companies)
    harvest = Harvest(day, full=whole)
    left = sorted(set(companies) & held.keys() if companies else held)
    done = set(left)
    while left:
        yield from _read(left.pop(0), held, harvest)
        fresh = [parent for parent in harvest.parents() if parent in held and parent not in done]
        left += fresh
        done |= set(fresh)
    yield from harvest.deliveries()


def _read(company: str, held: Mapping[str, list[Answer]], harvest: Harvest) -> Iterator[Item]:
    """Every answer of one company, the profile first and pages in order."""
    parts: dict[str, list[Answer]] = {}
    for answer in sorted(held[company], key=lambda one: (one.part != PROFILE, one.part, one.start, one.file.name)):
        parts.setdefault(answer.part, []).append(answer)
    expected = set(parts)
    if PROFILE not in parts and harvest.full:
        yield from harvest.missed(company, PROFILE, "is not in the folder")
    for part, answers in parts.items():
        harvest.expect(company, part)
        for answer in answers:
            try:
                items, wanted = _answered(answer, harvest)
            except SourceChanged as problem:
                yield from harvest.missed(company, part, f"{answer.file.name}: {problem}")
            else:
                expected |= wanted
                yield from items
    for part in sorted(expected - parts.keys()) if harvest.full else ():
        harvest.expect(company, part)
        yield from harvest.missed(company, part, "is not in the folder")


def _answered(answer: Answer, harvest: Harvest) -> tuple[list[Item], frozenset[str]]:
    """What one answer yields, and which further parts of its company it says there are. Raises SourceChanged."""
    company, part = answer.company, answer.part
    if answer.deleted:
        return [harvest.told(part, "was taken off the register, says an event", company)], frozenset()
    if answer.none:
        if part == PROFILE:
            return list(harvest.unknown(company, again=False)), frozenset()
        harvest.none(company, part)
        return [], frozenset()
    if part == PROFILE:
        return harvest.profile(company, canonical(answer.fields))
    inner = _inner(answer.fields)
    return harvest.answer(company, part, canonical({"items": [inner]} if answer.entry else inner))[0], frozenset()


def told_by(fields: dict[str, Any], file: Path) -> Answer:
    """Which part of which company some JSON is. Raises SourceChanged where it is none of Companies House's answers,
    OtherAnswer where it is one that is not read."""
    kind = "filing-history" if fields.keys() & {"filing_history_status", "transaction_id"} else str(fields.get("kind"))
    if kind.startswith(_OTHER):
        raise OtherAnswer(f"is an answer of Companies House's that is not read ({kind[:60]})")
    none = bool(fields.keys() & {"error", "errors"}) and fields.keys() <= _REFUSAL
    inner = _inner(fields)
    event = fields.get("event")
    deleted = "deleted_data" in fields or (isinstance(event, dict) and event.get("type") == "deleted")
    entries = inner.get("items")
    first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    part = _part(inner, first, fields, file) or (PROFILE if none and file.parent.name == "company" else None)
    company = _company(inner, first, fields, file)
    if none and (part is None or company is None):
        raise OtherAnswer("says that there is none, and not of what")
    if part is None or company is None:
        raise SourceChanged("is none of Companies House's answers" if part is None else "names no company")
    start = inner.get("start_index")
    return Answer(
        company,
        part,
        file,
        start=start if isinstance(start, int) else 0,
        entry=part in PAGED and not isinstance(entries, list),
        deleted=deleted,
        none=none,
    )


def _part(inner: dict[str, Any], first: dict[str, Any], fields: dict[str, Any], file: Path) -> str | None:
    """Which part of a company an answer is; None where it is none."""
    entry = first or inner
    kind = entry.get("kind")
    told = {
        PROFILE: "company_name" in inner and "company_number" in inner,
        "insolvency": "cases" in inner,
        "exemptions": kind == EXEMPTIONS or (kind is None and "exemptions" in inner),
        _STATEMENTS: kind == STATEMENT,
        _CONTROL: kind in KINDS - {STATEMENT, EXEMPTIONS},
        **{part: bool(members & entry.keys()) for part, members in _OF_ENTRY.items()},
    }
    for part, true in told.items():
        if true:
            return part
    addresses = (_self(entry), _self(inner), str(fields.get("resource_uri") or ""), file.name.partition(".")[0])
    words = [word for address in addresses for word in reversed(address.strip("/").split("/"))]
    named = ({"appointments": "officers"}.get(word, word) for word in words)
    counted = (part for member, part in _OF_LIST.items() if member in inner)
    return next((word for word in named if word in FEEDS and word != PROFILE), next(counted, None))


def _company(inner: dict[str, Any], first: dict[str, Any], fields: dict[str, Any], file: Path) -> str | None:
    """Whose answer it is: by its own address, else by what it is wrapped in, else by where it lies."""
    wrapped = fields.get("internal_data")
    numbers = [_number_in(_self(first)), _number_in(_self(inner)), _number_in(str(fields.get("resource_uri") or ""))]
    numbers += [one.get("company_number") for one in (inner, fields, wrapped) if isinstance(one, dict)]
    numbers += [fields.get("id"), _number_in("/".join(file.with_suffix("").parts[-4:])), _number_named(file)]
    for number in numbers:
        if isinstance(number, str):
            with suppress(BadIdentifier):
                return company_number(number)
    return None


def _self(fields: Mapping[str, Any]) -> str:
    links = fields.get("links")
    return str(links.get("self") or "") if isinstance(links, dict) else ""


def _number_in(address: str) -> str | None:
    """The number in ``…company/<number>…``."""
    parts = address.strip("/").split("/")
    return parts[parts.index("company") + 1] if "company" in parts[:-1] else None


def _number_named(file: Path) -> str | None:
    """A company number that stands alone in the file's name, or is its folder's name; a date is none."""
    words: list[str] = [*_NUMBER.findall(file.name), file.parent.name]
    for word in words:
        if _NUMBER.fullmatch(word) and not (word.isdecimal() and day_in(f"{word[:4]}-{word[4:6]}-{word[6:]}")):
            return word
    return None


def _documents(file: Path) -> list[dict[str, Any]]:
    """A file's JSON object; or several, a line each (a stream as it came) or in a list. Raises SourceChanged."""
    with plain_file(file) as plain:
        raw = plain.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if raw.startswith(b"["):
            return [json_object(canonical(one), "an entry of the file") for one in json_list(raw, "the file")]
        return [json_object(raw, "the file")]
    except SourceChanged:
        lines = [line for line in raw.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
            raise
        return [json_object(line, "a line of the file") for line in lines]


def _inner(fields: dict[str, Any]) -> dict[str, Any]:
    """The answer itself, out of what Companies House's services wrap it in."""
    for name in ("external_data", "companyInsolvency", "data", "deleted_data"):
        if isinstance(fields.get(name), dict) and "company_name" not in fields:
            fields = fields[name]
            break
    plain: dict[str, Any] = _plain(fields)
    return plain


def _plain(value: Any) -> Any:
    """JSON whose members are in the API's spelling: Companies House's own tests write some as ``chargeNumber``."""
    if isinstance(value, dict):
        return {_snake(name): _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
