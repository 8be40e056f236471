"""Creditors in a tagged filing, told by their term.

A filing tags every kind of creditor with the one word "Creditors" and says in the context, as a dimension, whether they
fall due within a year or after it. ``stream-read-xbrl`` looks for the term in the context's name, which is free text;
here it is looked for where the taxonomy puts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree  # type: ignore[import-untyped]  # ships no types

_WITHIN, _AFTER, _UNTOLD = "within", "after", "untold"
#: Members of the two dimensions by which filings tell a creditor's term.
_MEMBERS = {
    "WithinOneYear": _WITHIN,
    "AfterOneYear": _AFTER,
    "CurrentFinancialInstruments": _WITHIN,
    "Non-currentFinancialInstruments": _AFTER,
}


@dataclass(frozen=True, slots=True)
class Creditors:
    """Pounds due within a year and after it; ``None`` where that is not tagged."""

    within_year: float | None = None
    after_year: float | None = None


def creditors(content: bytes, on: date, due: float | None = None) -> Creditors:
    """The creditors of a filing's balance sheet of a day; none where the filing is not XML.

    ``due`` is current assets less net current assets, which is what falls due within a year (Companies Act 2006,
    formats of the balance sheet): creditors tagged without a term are those of the year where they are that sum.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Creditors()
    if root is None:
        return Creditors()
    terms = dict(_terms(root, on))
    found: dict[str, float] = {}
    for fact in root.iter("{*}nonFraction"):
        term = terms.get(fact.get("contextRef", ""))
        if term and fact.get("name", "").rpartition(":")[2] == "Creditors" and (amount := _amount(fact)) is not None:
            found.setdefault(term, amount)
    untold = found.get(_UNTOLD)
    within = found.get(_WITHIN, untold if untold is not None and untold == due else None)
    return Creditors(within, found.get(_AFTER))


def _terms(root: etree._Element, on: date) -> Iterator[tuple[str, str]]:
    """The contexts of a day without a dimension but a term, and which: by their id."""
    for context in root.iter("{*}context"):
        instants = [(one.text or "").strip() for one in context.iter("{*}instant")]
        members = [(one.text or "").strip().rpartition(":")[2] for one in context.iter("{*}explicitMember")]
        if instants == [on.isoformat()] and not members:
            yield context.get("id", ""), _UNTOLD
        elif instants == [on.isoformat()] and len(members) == 1 and members[0] in _MEMBERS:
            yield context.get("id", ""), _MEMBERS[members[0]]


def _amount(fact: etree._Element) -> float | None:
    """A figure as tagged: thousands by comma, blank or dot as its format says, its sign and its scale apart."""
    form, words = fact.get("format", "").rpartition(":")[2], "".join(str(one) for one in fact.itertext()).strip()
    words = words.replace(".", "").replace(",", ".") if form == "numdotcomma" else words.replace(",", "")
    words = "0" if words in ("-", "\N{EN DASH}", "\N{EM DASH}") else "".join(words.split())
    try:
        number = Decimal(words).scaleb(int(fact.get("scale", "0")))
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number) >= 10**13:
        return None
    return float(-number if fact.get("sign") == "-" else number)
