"""The plan's summary: its headline in sentences, the figures on top, and the key figures with what they are out of."""

from __future__ import annotations

from contingency.findings import Findings
from contingency.same_hands import HANDS
from printing.layout import Cell, Column, Figure, Section, Table
from printing.wording import clean, count, day, km, km_and_miles, listed, number, people, percentage, sentence, share

#: How each travel engine's distance is named: never as a drive.
_MEASURED = {
    "crow": "in a straight line between the two homes",
    "land-grid": "over land on a 1 km grid between the two homes",
    "osrm": "by road between the two homes, from the routing server that the user runs",
}

_SHORTLY = {"crow": "straight line", "land-grid": "over land on a 1 km grid", "osrm": "by road"}


def closing(findings: Findings) -> str:
    """The homes that close and whose they are: "the 8 homes of Sarn Care Ltd"."""
    homes, who = len(findings.homes), clean(findings.context.title) or "what was named"
    kind = findings.plan.scenario.kind
    if kind == "home":
        return who if homes == 1 else f"{count(homes, 'home')} ({who})"
    tie = {"area": "in", "landlord": "let by", "lender": "charged to"}.get(kind, "of")
    return f"the {f'{number(homes)} homes' if homes != 1 else 'one home'} {tie} {who}"


def measured(findings: Findings) -> str:
    """How distance was measured, in words: "in a straight line between the two homes"."""
    travel = findings.plan.travel
    return _MEASURED.get(travel.engine, f"by the engine “{clean(travel.engine)}” ({clean(travel.method)})")


def headline(findings: Findings) -> tuple[str, ...]:
    """The plan in two or three sentences: who must move, who is placed, who is not, how far."""
    plan, said = findings.plan, findings.plan.summary
    unknown = sum(not home.affected.counted for home in findings.homes)
    if not findings.homes:
        who = clean(findings.context.title) or "What was named"
        return (
            f"{who} fails on {day(plan.on)}, and by that alone no home closes and nobody has to move. "
            f"{count(len(plan.watched), 'home')} {'has' if len(plan.watched) == 1 else 'have'} to be watched.",
        )
    sentences = [
        f"If {closing(findings)} closed on {day(plan.on)}, {_moving(findings)} would have to move. "
        f"{number(said.placed)} could be placed; for {number(said.unplaced)} no place was found."
    ]
    if said.median_km is not None and said.max_km is not None and said.placed:
        sentences.append(
            f"Half of those placed would go {km_and_miles(said.median_km)} or less, and the furthest "
            f"{km_and_miles(said.max_km)}, measured {measured(findings)}."
        )
    if unknown:
        sentences.append(
            f"Not counted: the people of {share(unknown, len(findings.homes))} homes, "
            "because the number living there is not known."
        )
    sentences += [
        f"{count(row.beds or 0, 'bed')} in {count(row.homes, 'home')} {'is' if row.beds == 1 else 'are'} not offered: "
        f"{sentence(row.reason)}."
        for row in said.homes_not_offered
        if row.reason in HANDS
    ]
    if said.placed_if_same_hands_offered is not None:
        more = said.placed_if_same_hands_offered - said.placed
        sentences.append(
            f"If homes in the same hands as what fails were offered too, {people(more) if more else 'nobody'} more "
            "would have a place."
        )
    if said.people_sent_to_same_hands:
        sentences.append(
            f"{people(said.people_sent_to_same_hands)} would go to homes in the same hands as what fails: "
            "beds there are offered because that was asked for."
        )
    return tuple(sentences)


def _moving(findings: Findings) -> str:
    """How many must move, and how many of them are only estimated: all, some or none."""
    whole = findings.plan.summary.people
    estimated = sum(home.affected.people for home in findings.homes if home.affected.basis == "estimated")
    if estimated in {0, whole}:
        return f"{'an estimated ' if estimated else ''}{people(whole)}"
    return f"{people(whole)}, of whom {number(estimated)} are estimated,"


def bases_of(findings: Findings) -> dict[str, int]:
    """How many homes have their people by each basis: recorded, imported or estimated."""
    bases: dict[str, int] = {}
    for home in findings.homes:
        if home.affected.counted:
            bases[clean(home.affected.basis)] = bases.get(clean(home.affected.basis), 0) + 1
    return dict(sorted(bases.items()))


def _basis_words(findings: Findings) -> str:
    bases = bases_of(findings)
    if len(bases) == 1:
        return next(iter(bases))
    return listed([f"{basis} for {count(homes, 'home')}" for basis, homes in bases.items()]) or "not known"


def summary_section(findings: Findings) -> Section:
    """The headline, with the key figures under it."""
    return Section(
        "summary",
        "Summary",
        paragraphs=headline(findings),
        tables=(_key_figures(findings),),
        on_sheets="everything",
    )


def top_figures(findings: Findings) -> tuple[Figure, ...]:
    """The figures on top of the report: who must leave, who is placed, who is not, how far."""
    said, basis = findings.plan.summary, _basis_words(findings)
    figures = [
        Figure(number(said.people), "people must leave", basis),
        Figure(number(said.placed), "could be placed", f"of {number(said.people)}"),
        Figure(number(said.unplaced), "without a place", f"of {number(said.people)}"),
    ]
    if said.median_km is not None and said.max_km is not None and said.placed:
        figures.append(Figure(km(said.median_km), "typical distance", "half go no further"))
        figures.append(Figure(km(said.max_km), "furthest distance", "of anybody placed"))
    return tuple(figures)


def _key_figures(findings: Findings) -> Table:
    plan, said, spread = findings.plan, findings.plan.summary, findings.spread
    on, basis = plan.on, _basis_words(findings)
    worked = f"worked out, {_SHORTLY.get(plan.travel.engine, clean(plan.travel.engine))}"
    homes = len(findings.homes)
    known_beds = [home.affected.beds for home in findings.homes if home.affected.beds is not None]
    known_people = sum(home.affected.counted for home in findings.homes)
    unrated = sum(not findings.home(row.home).rating for row in findings.receivers)
    receivers = len(findings.receivers)
    outside = sum(row.outside for row in findings.authorities)
    unclear = sum(row.unclear for row in findings.authorities)
    placed = f"{number(said.placed)} people placed"
    rows: list[tuple[Cell, ...]] = [
        ("Homes that would close", homes, f"{count(len(set(findings.councils.values())), 'council area')}", "recorded"),
        ("Registered beds in them", sum(known_beds), _known(len(known_beds), homes), "recorded"),
        ("People who must leave", said.people, _known(known_people, homes), basis),
        ("People placed", said.placed, out_of(said.placed, said.people), "worked out"),
        ("People for whom no place was found", said.unplaced, out_of(said.unplaced, said.people), "worked out"),
        ("Placed outside the council area they leave", outside, out_of(outside, said.placed), "worked out"),
        ("Placed more than 10 miles (16.1 km) away", spread.far, out_of(spread.far, said.placed), worked),
        ("Homes that would be asked to take people", receivers, placed, "worked out"),
        ("of these, with no rating known", unrated, out_of(unrated, receivers), "recorded"),
    ]
    if said.admitting_beds_offered is not None and said.homes_offered is not None:
        beds = f"in {count(said.homes_offered, 'home')}"
        rows.insert(
            3, ("Beds counted as open to admissions", said.admitting_beds_offered, beds, _vacancy_basis(findings))
        )
    if unclear:
        rows.insert(-2, ("Placed, council area not known", unclear, out_of(unclear, said.placed), "worked out"))
    for label, distance in (
        ("Typical distance in km (median: half go no further)", said.median_km),
        ("Nine in ten go no further than, km", said.p90_km),
        ("Furthest, km", said.max_km),
        ("All distances added, km", said.total_km),
    ):
        rows.append((label, "–" if distance is None or not said.placed else float(distance), placed, worked))
    return Table(
        caption="Key figures",
        columns=(
            Column("Figure", 44),
            Column("Value", 12, numeric=True),
            Column("Out of", 28),
            Column("Basis", 34),
            Column("As at", 15),
        ),
        rows=tuple((*row, on) for row in rows),
        sheet="Summary",
    )


def _vacancy_basis(findings: Findings) -> str:
    named = {row.name: row.value for row in findings.plan.assumptions}
    told = [
        f"{basis} for {count(homes, 'home')}"
        for basis in ("imported", "estimated")
        if isinstance(homes := named.get(f"homes whose vacancies are {basis}"), int) and homes
    ]
    return f"{listed(told)} of the register" if told else "see Assumptions"


def _known(known: int, homes: int) -> str:
    return f"known for {number(known)} of {count(homes, 'home')}"


def out_of(part: int, whole: int) -> str:
    """A number's whole, and its share of it: "of 245 (52.7 %)"."""
    return f"of {number(whole)}" + (f" ({percentage(part, whole)})" if whole else "")
