"""Whose the buildings are: the landlords as GMB's list of 2011 gave them, the sum of all homes, and home by home."""

from __future__ import annotations

from collections import Counter

from graph.landlords import Holding, Landlord, beds_of, jurisdiction_of
from graph.measures.behind import UNTRACED
from graph.measures.ground import Ground
from graph.measures.tally import Count, count_of, stated
from graph.ownership import name_of
from graph.report.ledger import Ledger, rests_on
from printing.layout import Cell, Column, Table
from printing.wording import clean, count, number, percentage

#: Of a landlord with many homes so many are cited beside it; the table of homes cites all.
_CITED = 3
#: Rows that the page and the print show of the table of homes.
_PAGE, _PRINT = 400, 40


def landlord_table(ground: Ground, ledger: Ledger) -> Table:
    """Landlord, jurisdiction, homes, beds, tenants: the table that GMB published in 2011, for the homes in scope."""
    whole = count_of(ground.homes, ground.on)
    rows = tuple(_landlord(ground, ledger, one, whole) for one in sorted(ground.landlords, key=landlord_order))
    return Table(
        caption="Landlords: who owns buildings in which somebody else runs a home",
        columns=(
            Column("Landlord", 34),
            Column("Id", 18, only="sheet"),
            Column("Registered in", 20),
            Column("Homes", 11, numeric=True),
            Column("Beds", 9, numeric=True),
            Column("Homes with beds unknown", 14, numeric=True),
            Column("Share of homes in scope", 14, numeric=True),
            Column("Tenants", 13, numeric=True),
            Column("Largest tenant (group)", 30),
            Column("Its share of the beds", 14, numeric=True),
            Column("Related to a tenant", 18),
            Column("Rests on", 60, under=True),
            Column("Records", 16, refs=True),
        ),
        rows=rows,
        sheet="Landlords",
        note="Inferred: the title by its address (links by rule, or judged by a person), the owner from the title. A "
        "home with several owners stands at each of them, so this column adds up to more than the homes: see the sum "
        "below. Registered in: as the title or the company register says. Largest tenant: by the rule control50. "
        f"Records: those of the first {_CITED} homes; the table of homes names the rest.",
        empty="No landlord is known.",
        page_most=_PAGE,
        most=_PRINT,
    )


def landlord_order(one: Landlord) -> tuple[int, int, str, str]:
    """Most beds first, then most homes, then by name and id."""
    return -one.beds_known, -len(one.homes), one.name, one.id


def _landlord(ground: Ground, ledger: Ledger, one: Landlord, whole: Count) -> tuple[Cell, ...]:
    beds: Counter[str] = Counter()
    for home in one.homes:
        group = ground.groups.get(home)
        tenant = group.name if group else name_of(ground.network, ground.holdings[home].provider or home)
        beds[tenant] += ground.snapshot.homes[home].beds(ground.on) or 0
    largest = min(beds, key=lambda name: (-beds[name], name))
    cited = [claim for home in one.homes[:_CITED] for claim in ledger.building(ground.holdings[home], of=one.id)]
    return (
        one.name,
        one.id,
        place_words(one.jurisdiction),
        len(one.homes),
        stated(one.beds_known, one.beds_unknown_homes, len(one.homes)),
        one.beds_unknown_homes,
        percentage(len(one.homes), whole.homes),
        len(one.tenants),
        largest,
        percentage(beds[largest], one.beds_known) if one.beds_known else "not known",
        _kinship(ground, one.homes),
        rests_on(cited),
        ledger.cite(cited),
    )


def _kinship(ground: Ground, homes: tuple[str, ...]) -> str:
    kinds = Counter(ground.relation(home).kind for home in homes)
    return next(iter(kinds)) if len(kinds) == 1 else ", ".join(f"{kind}: {kinds[kind]}" for kind in sorted(kinds))


def place_words(jurisdiction: str | None) -> str:
    """A jurisdiction as a page prints it."""
    return (
        "not known" if jurisdiction is None else jurisdiction.title().replace(" Of ", " of ").replace(" And ", " and ")
    )


def sums_table(ground: Ground) -> Table:
    """The homes of the landlord table and all others, by what is known, against all in scope; the gap is printed."""
    parts = _parts(ground)
    rows: list[tuple[Cell, ...]] = []
    homes = beds = unknown = 0
    for word, some in parts.items():
        known, missing = beds_of(ground.network, some)
        rows.append((word, len(some), stated(known, missing, len(some)), missing))
        homes, beds, unknown = homes + len(some), beds + known, unknown + missing
    whole = count_of(ground.homes, ground.on)
    rows.append(("gap to all homes in scope", whole.homes - homes, whole.beds - beds, whole.beds_unknown - unknown))
    return Table(
        caption="The sum: every home in scope once",
        columns=(
            Column("The building", 60),
            Column("Homes", 10, numeric=True),
            Column("Beds", 10, numeric=True),
            Column("Homes with beds unknown", 14, numeric=True),
        ),
        rows=tuple(rows),
        total=(
            "all homes in scope",
            whole.homes,
            stated(whole.beds, whole.beds_unknown, whole.homes),
            whole.beds_unknown,
        ),
        sheet="Sum",
        note="The first line counts the homes of the table of landlords, each once; the others are the homes that are "
        "not let by anybody known, one by one. What is left over is the gap.",
    )


def sum_sentence(ground: Ground) -> str:
    """How the landlords' homes come to the homes that are let, and the homes to the total; a gap where there is one."""
    parts = _parts(ground)
    let, others = len(parts[_LET]), sum(len(some) for word, some in parts.items() if word != _LET)
    listed, whole = sum(len(one.homes) for one in ground.landlords), len(ground.homes)
    words = f"The landlords' homes add up to {number(listed)}: {count(let, 'home')} let"
    words += (
        f", and {number(listed - let)} counted again because the building has several owners." if listed > let else "."
    )
    words += f" With {count(others, 'other home')} that is {number(let + others)}"
    if gap := whole - let - others:
        return f"{words}, where {number(whole)} are in scope: a gap of {count(abs(gap), 'home')}."
    return f"{words}: all homes in scope, with no gap."


def _parts(ground: Ground) -> dict[str, list[str]]:
    """The homes of the landlord table, and every home of which no landlord is known, by why."""
    parts: dict[str, list[str]] = {word: [] for word in _PARTS}
    parts[_LET] = sorted({home for one in ground.landlords for home in one.homes})
    for home in ground.homes:
        if (part := _part(ground.holdings[home.id])) != _LET:
            parts[part].append(home.id)
    return parts


_LET = "let by a landlord named above"
_PARTS = (
    _LET,
    "owned by the provider itself",
    "traced, but to no owner",
    "waiting for a person's judgement",
    *(f"untraced: {why}" for why in UNTRACED),
    "not searched for",
)


def _part(holding: Holding) -> str:
    match holding.state:
        case "untraced":
            return f"untraced: {holding.reason or 'name not matched'}"
        case "waiting":
            return "waiting for a person's judgement"
        case "not searched":
            return "not searched for"
    if holding.occupation == "owner-occupied":
        return "owned by the provider itself"
    return _LET if holding.landlords else "traced, but to no owner"


def home_table(ground: Ground, ledger: Ledger) -> Table:
    """Every home in scope, by council."""
    homes = sorted(
        ground.homes,
        key=lambda home: (
            home.current.place.authority_name is None,
            home.current.place.authority_name or "",
            clean(home.current.record.name) or home.id,
            home.id,
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for home in homes:
        holding = ground.holdings[home.id]
        cites = [ledger.cite([*ledger.runs(home.id), *ledger.building(holding)])]
        if holding.state != "traced":
            cites.append(ledger.search(holding))
        provider = ground.snapshot.providers.get(holding.provider or "")
        owners = sorted({(name_of(ground.network, one.party), one.party) for one in holding.superior})
        places = [_place(ground, party) for _, party in owners]
        rows.append(
            (
                home.current.place.authority_name or "council not known",
                home.current.record.name or home.id,
                home.id,
                home.beds(ground.on),
                (provider.record.name if provider else None) or "name not kept",
                " and ".join(name for name, _ in owners) or "not known",
                "; ".join(sorted(set(places))) or "not known",
                _part(holding) if holding.state != "traced" else holding.occupation,
                ground.relation(home.id).kind,
                ", ".join(one for one in cites if one),
            )
        )
    long = len(rows) > _PAGE
    return Table(
        caption="Homes, who runs them, and whose the buildings are",
        columns=(
            Column("Council", 24),
            Column("Home", 30),
            Column("Id", 20),
            Column("Beds", 7, numeric=True),
            Column("Provider", 30),
            Column("Owner of the building", 32),
            Column("Registered in", 18),
            Column("How it is known", 24),
            Column("Owner and provider", 14),
            Column("Records", 18, refs=True),
        ),
        rows=tuple(rows),
        sheet="Homes",
        note="Owner: of the superior title (the freehold, else the lease found). Owner and provider: the same company, "
        "related (a common owner of a quarter or more, or a common director), unrelated, or unknown."
        + (" A page has no room for so many homes: a report of one council (--area) has all of its own." * long),
        grouped=True,
        most=_PRINT,
        page_most=_PAGE,
    )


def _place(ground: Ground, party: str) -> str:
    return place_words(jurisdiction_of(ground.network, party))
