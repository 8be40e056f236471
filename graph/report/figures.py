"""The measures as tables: answers by homes and beds with shares as bounds, lenders, and concentration."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.concentration import ALL_NEEDS, LEVELS, NO_COUNCIL, TOPS, Concentration, concentration
from graph.measures.disclosure import FIELDS, disclosed
from graph.measures.ground import Ground
from graph.measures.tally import Bounds, Measure, stated
from graph.ownership import name_of
from graph.report.ledger import Ledger, rests_on
from printing.layout import Cell, Column, Table
from printing.wording import number, share
from register.snapshot import Home


def measure_table(measures: Sequence[Measure]) -> Table:
    """Every answer of every measure; each measure's answers add up to all homes in scope."""
    rows: list[tuple[Cell, ...]] = []
    for one in measures:
        for answer in one.answers:
            if not answer.count.homes and len(one.answers) > 4:
                continue
            homes, beds = one.share(answer.word) if answer.known else (None, None)
            known_homes, known_beds = one.share_of_known(answer.word) if answer.known else (None, None)
            rows.append(
                (
                    one.title,
                    answer.word,
                    answer.count.homes,
                    stated(answer.count.beds, answer.count.beds_unknown, answer.count.homes),
                    answer.count.beds_unknown,
                    _bounds(homes, answer.count.homes, one.total.homes, known=answer.known),
                    _bounds(beds, answer.count.beds, one.total.beds, known=answer.known),
                    *_ends(homes, 100),
                    *_ends(beds, 100),
                    _ends(known_homes, 100)[0],
                    _ends(known_beds, 100)[0],
                    one.basis,
                    one.as_at or "no list read",
                )
            )
        total = one.total
        beds_of_all = stated(total.beds, total.beds_unknown, total.homes)
        rows.append((one.title, "all homes in scope", total.homes, beds_of_all, total.beds_unknown, *([""] * 10)))
    return Table(
        caption="What is known of owners, by homes and by registered beds",
        columns=(
            Column("Question", 40),
            Column("Answer", 34),
            Column("Homes", 9, numeric=True),
            Column("Beds", 9, numeric=True),
            Column("Homes with beds unknown", 10, numeric=True),
            Column("Share of homes", 18, numeric=True),
            Column("Share of beds", 18, numeric=True),
            *(
                Column(f"{what}, per cent, {end}", 12, numeric=True, only="sheet")
                for what in ("Homes", "Beds")
                for end in ("least", "most")
            ),
            Column("Of the homes whose answer is known, per cent", 14, numeric=True, only="sheet"),
            Column("Of their beds, per cent", 12, numeric=True, only="sheet"),
            Column("Basis", 12),
            Column("Oldest list", 18),
        ),
        rows=tuple(rows),
        sheet="Measures",
        note="A share is out of all homes (or beds) in scope. Where something is not known it is a range: from none of "
        "the unknown to all of them. Beds of homes whose beds are not known are in no sum.",
        grouped=True,
    )


def _bounds(found: Bounds | None, said: int, whole: int, *, known: bool) -> str:
    if not whole:
        return "of none"
    if known and found is not None:
        return str(found)
    return f"{100 * said / whole:.1f} %"


def disclosure_table(ground: Ground) -> Table:
    """The six things that a public register could say of a home, one by one."""
    rows: list[tuple[Cell, ...]] = []
    for name in FIELDS:
        found = {one.word: one.count for one in disclosed(ground, name)}
        yes, no, unknown = found["yes"], found["no"], found["not known"]
        rows.append((name, yes.homes, no.homes, unknown.homes, yes.beds, no.beds, unknown.beds))
    return Table(
        caption="Disclosure, one by one",
        columns=(
            Column("What could be disclosed", 40),
            Column("Yes (homes)", 10, numeric=True),
            Column("No (homes)", 10, numeric=True),
            Column("Not known (homes)", 10, numeric=True),
            Column("Yes (beds)", 10, numeric=True),
            Column("No (beds)", 10, numeric=True),
            Column("Not known (beds)", 10, numeric=True),
        ),
        rows=tuple(rows),
        sheet="Disclosure",
        note="Inferred. Of the company that is the registered provider, and of the building. Not known: the register "
        "that would say was not read, or the provider is no company.",
    )


def method_table(measures: Sequence[Measure]) -> Table:
    """How each measure is worked out, how many homes answer, and the lists that it rests on."""
    return Table(
        caption="How each is worked out, and what it rests on",
        columns=(
            Column("Question", 34),
            Column("Worked out as", 60),
            Column("Whose measure", 26),
            Column("Answered for", 22),
            Column("Lists read", 46),
        ),
        rows=tuple(
            (
                one.title,
                " ".join((one.formula[0].upper() + one.formula[1:] + ".", *one.notes)),
                one.source,
                f"{share(one.known.homes, one.total.homes)} homes",
                "; ".join(one.rests_on) or "no list that it needs has been read",
            )
            for one in measures
        ),
        sheet="Methods",
    )


def lender_table(ground: Ground, ledger: Ledger) -> Table:
    """The lenders named in outstanding charges, the homes that enforcement could take, and those further off."""
    inside = {home.id for home in ground.homes}
    charges = {one.charge.record.id: one for one in ground.exposures}
    rows: list[tuple[Cell, ...]] = []
    for one in ground.lenders:
        direct = [home for home in one.homes if home in inside]
        watched = [home for home in one.watched if home in inside]
        beds = sum(ground.snapshot.homes[home].beds(ground.on) or 0 for home in direct)
        cited = [charges[key] for key in one.charges if key in charges][:4]
        claims = [claim for each in cited for claim in ledger.edges(one.id, each.company, "lends")]
        rows.append(
            (
                one.name,
                one.id,
                ", ".join(one.capacities) or "for itself",
                len(one.companies),
                len(direct),
                beds,
                len([home for home in one.all_assets_homes if home in inside]),
                len([home for home in one.fixed_homes if home in inside]),
                len(watched),
                rests_on(claims),
                ledger.cite(claims),
            )
        )
    return Table(
        caption="Lenders named in charges that are outstanding",
        columns=(
            Column("Lender, as named", 36),
            Column("Id", 18, only="sheet"),
            Column("Acting as", 20),
            Column("Companies charged", 10, numeric=True),
            Column("Homes directly under it", 12, numeric=True),
            Column("Their beds", 10, numeric=True),
            Column("Over everything", 12, numeric=True),
            Column("Fixed only", 10, numeric=True),
            Column("Homes further off", 12, numeric=True),
            Column("Rests on", 60, under=True),
            Column("Records", 14, refs=True),
        ),
        rows=tuple(rows),
        sheet="Lenders",
        note="Recorded: the register of charges. A lender is a name in a charge and has no number there: two spellings "
        "may be one lender, one name two. Directly: the registered provider gave the charge, or it names the "
        "building's title. A charge says nothing of sums.",
        empty="No charge is known, which is not to say that there is none.",
        page_most=300,
        most=40,
    )


def concentration_tables(
    ground: Ground, needs_of: Callable[[Home], Sequence[str]] | None
) -> tuple[tuple[Concentration, ...], tuple[Table, ...]]:
    """The markets of the homes in scope; the table by council, and the one by council and need."""
    found = concentration(ground, needs_of)
    every = [one for one in found if one.need == ALL_NEEDS]
    by_need = [one for one in found if one.need != ALL_NEEDS]
    tables = [
        _market_table(ground, every, "Concentration by council", "Concentration", page_most=600, most=90),
    ]
    if by_need:
        tables.append(
            _market_table(
                ground, by_need, "Concentration by council and need", "Concentration by need", page_most=150, most=30
            )
        )
    return found, tuple(tables)


def _market_table(
    ground: Ground, found: Sequence[Concentration], caption: str, sheet: str, *, page_most: int, most: int
) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{one.area_name or one.area}" if one.area != NO_COUNCIL else "council not known",
            one.area,
            one.need,
            one.level,
            one.homes,
            stated(one.beds, one.homes_beds_unknown, one.homes),
            one.homes_beds_unknown,
            one.beds_unowned,
            one.owners,
            _index(one.hhi),
            *_ends(one.hhi, 1),
            *("not known" if top is None else str(top) for top in one.top),
            _largest(ground, one),
        )
        for one in found
    )
    return Table(
        caption=caption,
        columns=(
            Column("Council", 26),
            Column("Code", 12, only="sheet"),
            Column("Need", 22),
            Column("Level", 10),
            Column("Homes", 8, numeric=True),
            Column("Beds", 8, numeric=True),
            Column("Homes with beds unknown", 10, numeric=True),
            Column("Beds of owners unknown", 10, numeric=True),
            Column("Owners known", 9, numeric=True),
            Column("HHI", 16, numeric=True),
            Column("HHI, least", 10, numeric=True, only="sheet"),
            Column("HHI, most", 10, numeric=True, only="sheet"),
            *(Column(f"Largest {most_of}" if most_of > 1 else "Largest", 16, numeric=True) for most_of in TOPS),
            Column("Largest known owner", 30, only="sheet"),
        ),
        rows=rows,
        sheet=sheet,
        note="Inferred. HHI: Herfindahl–Hirschman index, the sum of squared shares of beds × 10,000; one owner of all "
        "gives 10,000. A range where owners are not known: each a stranger, or all the largest. "
        f"Levels: {', '.join(LEVELS)} (group: rule control50; landlord: owner of the superior title). A home that "
        "offers several needs counts in each with all its beds, because beds are not registered by need. Only homes in "
        "scope: a scope that cuts through a council shows no council's market.",
        grouped=True,
        page_most=page_most,
        most=most,
    )


def _ends(found: Bounds | None, times: int) -> tuple[Cell, Cell]:
    """The two ends as numbers, for machines; empty where there is no share to give."""
    return ("", "") if found is None else (round(times * found.low, 4), round(times * found.high, 4))


def _index(found: Bounds | None) -> str:
    if found is None:
        return "not known"
    low, high = number(found.low), number(found.high)
    return low if low == high else f"{low} to {high}"


def _largest(ground: Ground, one: Concentration) -> str:
    if one.largest is None:
        return "not known"
    parties = one.largest.split(" and ")
    return " and ".join(name_of(ground.network, party) if party in ground.network else party for party in parties)
