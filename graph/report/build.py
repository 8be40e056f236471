"""The whole ownership report: sections in the order in which a reader needs them, and the sentences in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.measures import Bounds, Count, Ground, Measure, measure_all
from graph.measures.tally import stated
from graph.report import boards, buildings, figures, owners
from graph.report.buildings import landlord_order, place_words
from graph.report.council_map import council_map
from graph.report.ledger import Ledger
from graph.report.scope import Scope
from printing.layout import Column, Figure, Report, Section, Table
from printing.wording import age, count, day, listed, number, share
from register.land_limits import landlord_lines
from register.snapshot import Home

INVENTED = "INVENTED COUNTY: exercise data, no real home"
#: What stands in place of the land registry's limits where a case of history is replayed.
_HISTORY = (
    "This is a case of history, from the pages named under “Sources” and no public register. Homes that the pages only "
    "count are numbered; nothing else is known of them.",
)
_NOBODY = "of none of them is it known that somebody else lets it."
FIRST_SHEETS = ("Key figures", "Measures", "Landlords", "Sum", "Homes", "Groups", "Lenders", "Concentration")


@dataclass(frozen=True, slots=True)
class Built:
    """The report, and what it is about for machines."""

    report: Report
    about: Mapping[str, Any]
    licences: tuple[str, ...]


def build_report(
    ground: Ground, scope: Scope, needs_of: Callable[[Home], Sequence[str]] | None = None, *, notes: Sequence[str] = ()
) -> Built:
    """All sections for the homes in scope. ``notes`` are sentences about this run that stand with the limits."""
    snapshot = ground.snapshot
    ledger = Ledger(snapshot, ground.network)
    measures = measure_all(ground)
    groups = owners.groups_in(ground)
    landlords = buildings.landlord_table(ground, ledger)
    group_table = owners.group_table(ground, ledger, groups)
    chains = owners.chain_sections(ground, ledger, groups)
    lenders = figures.lender_table(ground, ledger)
    seats = boards.board_tables(ground, ledger)
    markets, market_tables = figures.concentration_tables(ground, needs_of)
    homes = buildings.home_table(ground, ledger)
    limits, proof = _limits(ground, notes), _proof(ground, scope)
    sections = (
        _summary(ground, scope, measures),
        limits,
        Section(
            "landlords",
            "Landlords",
            paragraphs=(buildings.sum_sentence(ground),),
            tables=(landlords, buildings.sums_table(ground)),
        ),
        Section(
            "measures",
            "What is known of owners",
            tables=(figures.measure_table(measures), figures.disclosure_table(ground)),
        ),
        Section("groups", "Groups", tables=(owners.rules_table(ground), group_table)),
        *chains,
        Section("lenders", "Lenders", tables=(lenders,)),
        Section("boards", "Boards", tables=seats),
        Section(
            "concentration",
            "Concentration by council",
            pictures=(council_map(snapshot, markets),),
            tables=market_tables,
        ),
        Section("homes", "Home by home", tables=(homes,), wide=True),
        Section("methods", "How the figures are worked out", tables=(figures.method_table(measures),)),
        _sources(ground),
        Section("records", "Records", tables=(ledger.table(),)),
        proof,
    )
    report = Report(
        name="ownership",
        what="report",
        title=f"Who owns the care homes {scope.words}",
        subtitle=f"The register as at {day(snapshot.on)}. A home is in this report because: {scope.why}.",
        banner=INVENTED if snapshot.invented else "",
        on=snapshot.on,
        figures=_figures(ground, next(one for one in measures if one.id == "landlord-traced")),
        elsewhere="the workbook of this report (--format xlsx) or its CSV files",
        sections=sections,
        remarks=(*proof.paragraphs, f"{limits.heading}:", *limits.points),
        first_sheets=FIRST_SHEETS,
    )
    return Built(report, _about(ground, scope), tuple(feed.licence for feed in snapshot.feeds if feed.licence))


def _about(ground: Ground, scope: Scope) -> dict[str, Any]:
    snapshot = ground.snapshot
    return {
        "schema": "longstop/ownership/1",
        "snapshot": snapshot.digest,
        "on": snapshot.on.isoformat(),
        "known": snapshot.known.isoformat() if snapshot.known else None,
        "scope": scope.document,
        "havens": ground.havens.words,
        "lists": [
            f"{feed.feed} as at {feed.as_at.isoformat()}, {feed.publisher}; {feed.licence}" for feed in snapshot.feeds
        ],
    }


def _summary(ground: Ground, scope: Scope, measures: Sequence[Measure]) -> Section:
    by_id = {one.id: one for one in measures}
    traced, abroad, haven = by_id["landlord-traced"], by_id["landlord-abroad"], by_id["landlord-haven"]
    total = traced.total
    known = traced.known.homes
    let = {home for one in ground.landlords for home in one.homes}
    lost = [(one.word, one.count.homes) for one in traced.answers if not one.known and one.count.homes]
    sentences = [
        f"On {day(ground.on)} the register holds {count(total.homes, 'home')} {scope.words}, with {_beds(total)}.",
        f"The owner of the building is known of {share(known, total.homes)} homes; "
        + (f"{number(len(let))} of them are let by {count(len(ground.landlords), 'landlord')}." if let else _NOBODY),
    ]
    if lost:
        told = "; ".join(f"{word}: {number(homes)}" for word, homes in lost)
        sentences.append(f"Of {share(total.homes - known, total.homes)} homes it is not known, and why: {told}.")
    sentences.append(
        f"The owner of the building is registered abroad for {_range(abroad.share('yes')[1])} of the beds, and for "
        f"{_range(haven.share('yes')[1])} in a place on the list of havens ({ground.havens.words})."
        + (" A range runs from none to all of what is not known." if known < total.homes else "")
    )
    sentences.extend(_largest(ground))
    rests = sorted({one for measure in (traced, abroad) for one in measure.rests_on})
    sentences.append(
        f"These figures rest on {listed(rests)}; how each is worked out stands below."
        if rests
        else "These figures rest on no list: nothing that they need has been read."
    )
    return Section(
        "summary",
        "Summary",
        paragraphs=tuple(sentences),
        tables=(_key_measures(measures),),
        on_sheets="everything",
    )


def _largest(ground: Ground) -> Iterator[str]:
    """Who lets and who runs the most beds in scope, in a sentence each."""
    whole = len(ground.homes)
    if ground.landlords:
        first = min(ground.landlords, key=landlord_order)
        yield (
            f"Of the landlords known, {first.name} ({place_words(first.jurisdiction)}) has the most beds: "
            f"{share(len(first.homes), whole)} homes, let to {count(len(first.tenants), 'provider')}."
        )
    if groups := owners.groups_in(ground):
        group, homes = groups[0]
        yield (
            f"Of the groups by the rule control50, that of {owners.group_name(ground, group)} has the most beds: "
            f"{share(len(homes), whole)} homes, run by {count(len(owners.providers_of(ground, homes)), 'provider')}."
        )


def _figures(ground: Ground, traced: Measure) -> tuple[Figure, ...]:
    """The homes, the buildings known and not known, the landlords: what stands on top of the page."""
    total, known = traced.total, traced.known.homes
    let = {home for one in ground.landlords for home in one.homes}
    return (
        Figure(number(total.homes), "homes", _beds(total)),
        Figure(number(known), "with the building's owner known", f"of {number(total.homes)} homes"),
        Figure(number(total.homes - known), "with the owner not known", "counted by reason below"),
        Figure(number(len(ground.landlords)), "landlords known", f"of {number(len(let))} homes that others run"),
    )


def _beds(total: Count) -> str:
    """ "2,353 registered beds"; what is not known is said."""
    if stated(total.beds, total.beds_unknown, total.homes) is None:
        return "a number of beds that is not known"
    words = count(total.beds, "registered bed")
    return f"{words} ({count(total.beds_unknown, 'home')} with beds not known)" if total.beds_unknown else words


def _range(found: Bounds | None) -> str:
    return "an unknown share" if found is None else str(found)


def _key_measures(measures: Sequence[Measure]) -> Table:
    """The questions that have a yes, in one line each."""
    rows = []
    for one in measures:
        if any(answer.word == "yes" for answer in one.answers):
            homes, beds = one.share("yes")
            said = {answer.word: answer.count for answer in one.answers}
            rows.append(
                (
                    one.title,
                    said["yes"].homes,
                    said["no"].homes,
                    one.total.homes - one.known.homes,
                    _range(homes),
                    _range(beds),
                    one.basis,
                    one.as_at or "no list read",
                )
            )
    return Table(
        caption="Yes, no, not known",
        columns=(
            Column("Question", 44),
            Column("Yes (homes)", 9, numeric=True),
            Column("No (homes)", 9, numeric=True),
            Column("Not known (homes)", 9, numeric=True),
            Column("Yes, share of homes", 18, numeric=True),
            Column("Yes, share of beds", 18, numeric=True),
            Column("Basis", 10),
            Column("Oldest list", 18),
        ),
        rows=tuple(rows),
        sheet="Key figures",
        note="Yes, no and not known add up to all homes in scope. How each is worked out, and from which lists, stands "
        "under “How the figures are worked out”.",
    )


def _limits(ground: Ground, notes: Sequence[str]) -> Section:
    snapshot = ground.snapshot
    land = [feed.as_at.year for feed in snapshot.feeds if feed.feed.startswith("hmlr")]
    history = bool(snapshot.feeds) and all(feed.feed.startswith("case/") for feed in snapshot.feeds)
    searched = () if snapshot.traces else ("No building has been searched for: no list of titles has been read.",)
    read = () if snapshot.controls else ("No register of control has been read: nobody above a provider is known.",)
    return Section(
        "limits",
        "What this report is not",
        points=(
            "It is not an accusation. To own from abroad, to rent, to borrow or to sit on two boards is lawful.",
            "It is the state of public lists on their days, and no better than they are. Nothing here was asked of the "
            "owners. Whoever finds a wrong link can have it judged (longstop review), and the judgement stays.",
            "A landlord is the owner named in the superior title of the building that was matched by its address. A "
            "lease between the two is named where it is registered.",
            *notes,
            *searched,
            *read,
            *(_HISTORY if history else landlord_lines(max(land, default=snapshot.on.year))),
        ),
    )


def _sources(ground: Ground) -> Section:
    snapshot = ground.snapshot
    rows = tuple(
        (
            feed.feed,
            feed.publisher,
            feed.as_at,
            age(feed.as_at, snapshot.on),
            "whole list" if feed.complete else "part of a list",
            feed.rows,
            feed.licence or "not stated",
        )
        for feed in snapshot.feeds
    )
    return Section(
        "sources",
        "Sources",
        points=tuple(sorted({feed.attribution for feed in snapshot.feeds if feed.attribution})),
        tables=(
            Table(
                caption="Lists this report rests on, and how old each was on the day of the report",
                columns=(
                    Column("List", 34),
                    Column("Publisher", 30),
                    Column("Describes", 22),
                    Column("Age", 18),
                    Column("Whole", 18),
                    Column("Rows", 10, numeric=True),
                    Column("Licence", 34),
                ),
                rows=rows,
                sheet="Sources",
                empty="No list is named: do not rely on this report.",
            ),
        ),
        on_sheets="everything",
    )


def _proof(ground: Ground, scope: Scope) -> Section:
    return Section(
        "proof",
        "How to check this report",
        paragraphs=(
            f"Register digest: {ground.snapshot.digest}. The same register, day and scope give these same files, byte "
            "for byte.",
            f"Scope: {scope.kind} {scope.id}.",
            "Every number in a column “Records” leads to a row of the table of records: the publisher’s own list, its "
            "day, file and row, and the digest by which that row can be checked in the publisher’s file.",
        ),
    )
