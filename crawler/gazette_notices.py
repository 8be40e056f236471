"""The Gazette's notices of corporate insolvency, read from a page of its data.json. Pure.

A notice is joined to a company by the company number in its text and by nothing else. Numbers of petitioners,
charities and practitioners stand in the same texts, so only a number with the words "company number" or "registered
number" before it counts, and of several numbers only the one that follows the name in the notice's title.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from crawler.reading import Item, Reading, Row, UnreadableField, canonical, json_object, read_row
from crawler.tables import SourceChanged
from crawler.values import text
from register.identifiers import BadIdentifier, company_number
from register.parties import plain_company_name
from register.records import NoticeRecord, raw_digest

#: What stands before a company's number, and the number.
_NUMBER = re.compile(
    r"(?<!charity )(?<!vat )\b(?:"
    r"compan(?:y|ies)(?:'s)? +(?:registration +|registered +|reg\.? +)?(?:numbers?|nos?\b\.?)|"
    r"(?:company +)?registered +(?:company +)?(?:number|no\b\.?)|"
    r"co\.? +reg(?:istration|istered)?\.? +(?:number|no\b\.?))"
    r"[ :.()–-]*([A-Z]{2} ?\d{6}|[A-Z]{2}\d{5}[A-Z]|\d{5,8})\b",
    re.IGNORECASE,
)
#: The list gives the beginning of a notice's text. A number at its end may lack digits: it would be another company's.
_CUT_OFF = re.compile(r"\s*(?:…|\.\.|$)")
_LONGEST_NUMBER = 8
_TAG = re.compile(r"<[^>]{0,2000}>")
#: Notices whose text names other companies as a rule: the number must follow the name of the one that it is about.
_NAMES_OTHERS = frozenset({"2450", "2461"})
#: Fallback for entries without a code: the category's words, in lower case.
_WORDS = {
    "appointment of administrators": "2410",
    "administration orders": "2411",
    "appointment of administrative receivers": "2421",
    "appointment of receivers": "2423",
    "petitions to wind up (companies)": "2450",
    "petitions to wind up": "2450",
    "winding-up orders": "2452",
    "dismissal of winding-up petition": "2461",
}
#: Words of categories that are of persons' insolvency and not of companies'.
_PERSONAL = re.compile(r"bankrupt|debt relief|individual|sequestration|trust deed", re.IGNORECASE)
#: Links to other forms of the notice, who sent it in, and when it was last touched.
LEFT_OUT = frozenset({"link", "author", "updated", "f:status", "f:notice-type", "geo:Point"})
#: Before the company's name in its notice there is little but the court's.
_BEFORE = 200
MOST_CONTENT = 200_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of notices: how many there are in all, and the entries of this page."""

    total: int
    entries: tuple[dict[str, object], ...]

    @property
    def by_number(self) -> dict[str, dict[str, object]]:
        """Its entries by the number of the notice; one whose number cannot be read by what it holds."""
        return {notice_number(entry.get("id")) or raw_digest(canonical(entry)): entry for entry in self.entries}


def page_of(raw: bytes) -> Page:
    """A page from its JSON. Raises SourceChanged for what is none: no object, no total, an entry that is no object."""
    value = json_object(raw, "the page of notices")
    total, entries = value.get("f:total"), value.get("entry", [])
    if not isinstance(total, str | int) or not re.fullmatch(r"\d{1,8}", str(total).strip()):
        raise SourceChanged("the page of notices does not say how many there are (f:total)")
    entries = [entries] if isinstance(entries, dict) else entries or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SourceChanged("the page of notices holds something else than notices (entry)")
    return Page(int(total), tuple(entries))


def notice_number(identifier: object) -> str | None:
    """``4567890`` of ``https://www.thegazette.co.uk/id/notice/4567890``; None where there is no number.

    Notices printed before 2014 are named for edition, issue and notice: ``L-59731-1323921``.
    """
    match = re.search(r"(?:^|/)(\d{4,10}|[A-Z]{1,2}-\d{3,6}-\d{1,10})(?:/|$)", str(identifier or ""))
    return match[1] if match else None


def plain_text(markup: str) -> str:
    """A notice's text without markup, on one line."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


class Notices:
    """Reads entries, and counts those joined to nothing. ``wanted`` are companies (``gb-coh:…``; None: all)."""

    def __init__(self, reading: Reading, wanted: Collection[str] | None) -> None:
        self._reading, self._wanted = reading, wanted
        self._nameless = self._several = 0

    def read(self, entries: Iterable[dict[str, object]], origin: str) -> Iterator[Item]:
        """The notices among some entries that are of corporate insolvency and give a wanted company's number."""
        reading = self._reading.at(origin)
        for entry in entries:
            yield from read_row(Row(entry, reading, raw=canonical(entry)), self._notice)

    def _notice(self, row: Row) -> Iterator[Item]:
        number = notice_number(row.take("id", text))
        if number is None:
            raise UnreadableField("id", "is not the number of a notice")
        row.record_id = f"gazette:{number}"
        category = row.take_object("category").take_text("@term")
        code = row.take_text("f:notice-code") or _code_of(category)
        if code is not None and not code.startswith("24"):
            return  # personal insolvency and everything else in the Gazette is none of the register's business
        if code is None:
            if category is None or _PERSONAL.search(category):
                return
            row.reading.once(
                "the notice has no code, and its category is not one that is known; its words are kept",
                field="f:notice-code",
                about=category,
                found=category,
            )
            code = category
        title = row.take_text("title")
        company = self._company(row.take_optional("content", _content) or "", code, title)
        published = row.take_day("published")
        row.nothing_left(except_for=LEFT_OUT)
        if company is None or (self._wanted is not None and company not in self._wanted):
            return
        record = NoticeRecord(
            id=row.record_id, code=code, title=category, company=company, name=title, published_on=published
        )
        yield from row.reading.observe(record, row.raw)

    def _company(self, content: str, code: str, title: str | None) -> str | None:
        """The company that a notice is about; None where its text does not say so beyond doubt."""
        said = plain_text(content)
        found: dict[str, int] = {}
        cut_off = False
        for match in _NUMBER.finditer(said):
            if len(match[1].replace(" ", "")) < _LONGEST_NUMBER and _CUT_OFF.match(said, match.end()):
                cut_off = True
                continue
            try:
                found.setdefault(company_number(match[1]), match.start())
            except BadIdentifier:
                continue
        if not found:
            self._nameless += 1
            return None
        first, at = min(found.items(), key=lambda one: one[1])
        if len(found) == 1 and code not in _NAMES_OTHERS and not cut_off:
            return first
        if title and plain_company_name(title) in plain_company_name(said[max(0, at - _BEFORE) : at]):
            return first
        self._several += 1
        return None

    def rest(self) -> Iterator[Item]:
        """What there is to say of the list: how many notices were joined to nothing, and why."""
        if self._nameless:
            self._reading.once(
                f"notices without a company number in their text, joined to nothing: {self._nameless:,}",
                field="content",
            )
        if self._several:
            self._reading.once(
                "notices with numbers of which none is clearly the company's that they are about, joined to nothing: "
                f"{self._several:,}",
                field="content",
                about="several",
            )
        yield from self._reading.drain()


def _code_of(category: str | None) -> str | None:
    """A code from a category's term: the code itself, or words that only one code has."""
    term = (category or "").strip().lower()
    match = re.search(r"\b(2\d{3})\b", term)
    return match[1] if match else _WORDS.get(term)


def _content(value: object) -> str:
    """The text of a notice: a string, or markup as an object. Raises ValueError for anything else."""
    if isinstance(value, dict):
        value = value.get("#text") or value.get("$") or canonical(value).decode()
    if not isinstance(value, str):
        raise ValueError("is not text")
    return value[:MOST_CONTENT]
