"""The tags of a filing, each with what its context says of it: which day or period, which part, which currency.

``stream-read-xbrl`` goes by a tag's name and its dates alone. It is therefore handed only what may be taken for the
whole company's figure in pounds, written plainly: a tag of a part (a class of asset, a segment, one director) loses its
context, and so does a sum in another currency. Two things are read here besides: creditors, whose term the taxonomy
puts in a dimension, and the number of people, of which the library takes the last in the file, be it the year before's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from lxml import etree  # type: ignore[import-untyped]  # ships no types

#: No accounting period is longer than 18 months (Companies Act 2006, section 392(5)).
LONGEST_PERIOD = timedelta(days=550)
POUNDS = "GBP"
_WITHIN, _AFTER, _UNTOLD = "within", "after", "untold"
#: Members of the two dimensions by which filings tell a creditor's term.
_MEMBERS = {
    "WithinOneYear": _WITHIN,
    "AfterOneYear": _AFTER,
    "CurrentFinancialInstruments": _WITHIN,
    "Non-currentFinancialInstruments": _AFTER,
}
#: What makes a filing large and holds no figure.
_LOOKS = ("{*}img", "{*}image", "{*}style", "{*}script")
_STAFF = ("AverageNumberEmployeesDuringPeriod", "EmployeesTotal")
#: The sum of all fixed assets, investments among them, which the library takes for the tangible ones.
_TAKEN_FOR_ANOTHER = frozenset({"FixedAssets"})
#: Formats of numbers (Inline XBRL's registries of transformations): a comma before the pence; a dash for nought.
_COMMA = frozenset({"numdotcomma", "numcomma", "numspacecomma", "numcommadecimal", "num-comma-decimal"})
_NOUGHT = frozenset({"zerodash", "numdash", "zero-dash", "fixed-zero", "fixedzero"})
#: "2017 - 2" and "2017: 2": a year that some programs put inside the tag.
_YEAR_BEFORE = re.compile(r"^.*(?::|\d{4}\s*-\s)")


@dataclass(frozen=True, slots=True)
class Context:
    """What a context says: the day, or the first and the last day, and of which part (members of dimensions)."""

    start: date
    end: date
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """One figure with its sign and scale, by the local part of its name."""

    name: str
    context: Context
    amount: float | None


@dataclass(frozen=True, slots=True)
class Tags:
    """A filing's figures, its text as the library is to read it, and the currencies of the sums taken out of that."""

    content: bytes
    figures: tuple[Tag, ...] = ()
    periods: tuple[Context, ...] = ()
    currencies: tuple[str, ...] = ()

    def start_of(self, end: date) -> date | None:
        """The first day of the longest period that ends on a day; None where there is none."""
        starts = (one.start for one in self.periods if one.end == end)
        return min((start for start in starts if timedelta() < end - start <= LONGEST_PERIOD), default=None)

    def figure(self, end: date, *names: str) -> float | None:
        """A figure of the whole company of a day or of a period that ends on it, by the first name that is tagged."""
        for name in names:
            for one in self.figures:
                if one.name == name and one.context.end == end and not one.context.members and one.amount is not None:
                    return one.amount
        return None

    def staff(self, end: date) -> float | None:
        """How many people worked there on average in the period that ends on a day."""
        found = self.figure(end, *_STAFF)
        return None if found is None else abs(found)  # some programs tag it with a sign

    def creditors(self, on: date, due: float | None = None) -> tuple[float | None, float | None]:
        """Creditors due within a year and after it, of the balance sheet of a day; None where that is not tagged.

        ``due`` is current assets less net current assets, which is what falls due within a year (Companies Act 2006,
        formats of the balance sheet): creditors tagged without a term are those of the year where they are that sum.
        """
        found: dict[str, float] = {}
        for one in self.figures:
            if one.name == "Creditors" and one.context.start == one.context.end == on and one.amount is not None:
                members = one.context.members
                term = _UNTOLD if not members else _MEMBERS.get(members[0]) if len(members) == 1 else None
                if term:
                    found.setdefault(term, one.amount)
        untold = found.get(_UNTOLD)
        return found.get(_WITHIN, untold if untold is not None and untold == due else None), found.get(_AFTER)


def tags_of(content: bytes) -> Tags:
    """The tags of a filing; of what is no XML, its text as it is."""
    # A picture of more than 10 MB would end a parser with limits, and with it every figure after the picture.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(content[max(content.find(b"<"), 0) :], parser)
    except (etree.XMLSyntaxError, ValueError):
        return Tags(content)
    if root is None:
        return Tags(content)
    etree.strip_elements(root, *_LOOKS, with_tail=False)
    contexts, units = dict(_contexts(root)), dict(_units(root))
    figures, currencies = [], set()
    for fact in root.iter("*"):
        context = contexts.get(fact.get("contextRef", ""))
        if context is None:
            continue
        unit, name = units.get(fact.get("unitRef", ""), ""), _name(fact)
        foreign = unit.startswith("iso4217:") and unit != f"iso4217:{POUNDS}"
        if fact.get("unitRef") is not None and not foreign:
            plain = _plain(fact)
            figures.append(Tag(name, context, _signed(fact, plain)))
            if plain is not None and not len(fact):
                _write_plainly(fact, plain)
        if foreign:
            currencies.add(unit.partition(":")[2])
        if foreign or context.members or name in _TAKEN_FOR_ANOTHER:
            del fact.attrib["contextRef"]
    return Tags(etree.tostring(root), tuple(figures), tuple(contexts.values()), tuple(sorted(currencies)))


def _contexts(root: etree._Element) -> Iterator[tuple[str, Context]]:
    for context in root.iter("{*}context"):
        members = [_local((one.text or "").strip()) for one in context.iter("{*}explicitMember")]
        members += [_local(one.get("dimension", "")) for one in context.iter("{*}typedMember")]
        days = {
            _local(one.tag): (one.text or "").strip()[:10]
            for one in context.iter("{*}instant", "{*}startDate", "{*}endDate")
        }
        with suppress(ValueError, KeyError):
            end = date.fromisoformat(days.get("instant") or days["endDate"])
            start = end if days.get("instant") else date.fromisoformat(days["startDate"])
            yield context.get("id", ""), Context(start, end, tuple(members))


def _units(root: etree._Element) -> Iterator[tuple[str, str]]:
    """What each unit measures: ``iso4217:GBP``, whatever prefix the filing gives that."""
    for unit in root.iter("{*}unit"):
        for measure in unit.iter("{*}measure"):
            prefix, _, local = (measure.text or "").strip().rpartition(":")
            currency = "4217" in str(measure.nsmap.get(prefix or None, prefix))
            yield unit.get("id", ""), f"iso4217:{local.upper()}" if currency else local
            break


def _name(fact: etree._Element) -> str:
    return _local(fact.get("name") or fact.tag)


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _plain(fact: etree._Element) -> Decimal | None:
    """The figure as written, without sign and scale; None where it is none. A dash is nought if its format says so."""
    form = _local(fact.get("format", "")).lower()
    if form in _NOUGHT:
        return Decimal(0)
    words = _YEAR_BEFORE.sub("", "".join(_said(fact)).strip())
    words = "".join(words.split())
    words = words.replace(".", "").replace(",", ".") if form in _COMMA else words.replace(",", "")
    try:
        number = Decimal(words)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**13 else None


def _said(fact: etree._Element) -> Iterator[str]:
    """A tag's words, without what it excludes (a page's foot in the midst of it)."""
    yield fact.text or ""
    for inner in fact:
        if isinstance(inner.tag, str) and _local(inner.tag) != "exclude":
            yield from _said(inner)
        yield inner.tail or ""


def _signed(fact: etree._Element, plain: Decimal | None) -> float | None:
    try:
        number = None if plain is None else plain.scaleb(int(fact.get("scale", "0")))
    except (InvalidOperation, ValueError):
        return None
    if number is None or abs(number) >= 10**13:
        return None
    return float(-number if fact.get("sign") == "-" else number)


def _write_plainly(fact: etree._Element, plain: Decimal) -> None:
    fact.text = f"{plain:f}"
    fact.attrib.pop("format", None)
