"""A report's sections in the order a meeting needs them, and the sentences in them.

Every figure carries what it is out of, its basis and its date. Nothing here predicts harm to anyone, blends risks into
one mark, or calls a distance a journey time.
"""

from __future__ import annotations

from contingency import evidence_tables as evidence
from contingency import report_tables as tables
from contingency.chain_section import chain_section, links_section, watched_section
from contingency.duty import NATIONS, duty_table, nations_of
from contingency.findings import Findings
from contingency.map import draw_map, map_words
from contingency.report_context import ReportContext
from contingency.same_hands import HANDS
from printing.layout import Cell, Column, Figure, Picture, Report, Section, Table
from printing.wording import clean, count, day, km, km_and_miles, listed, number, people, percentage, sentence, share

#: The sheets that a meeting turns to, in order, where the report has them; then any other.
FIRST_SHEETS = ("Summary", "Authorities", "Between authorities", "Homes", "Receiving homes", "Moves", "Unplaced")

INVENTED = "INVENTED COUNTY: exercise data, no real home"

#: How each travel engine's distance is named: never as a drive.
_MEASURED = {
    "crow": "in a straight line between the two homes",
    "land-grid": "over land on a 1 km grid between the two homes",
    "osrm": "by road between the two homes, from the routing server that the user runs",
}

_SHORTLY = {"crow": "straight line", "land-grid": "over land on a 1 km grid", "osrm": "by road"}


def build_report(findings: Findings) -> Report:
    """All sections of the report, from the findings."""
    context, plan = findings.context, findings.plan
    limits, proof = _limits(findings), _proof(findings)
    chain, links, watched = chain_section(findings), links_section(findings), watched_section(findings)
    return Report(
        name="plan",
        what="plan",
        title=f"Who goes where if {_title(findings)}",
        subtitle=f"A contingency plan on the register as at {day(plan.on)}. {_scenario(context)}".strip(),
        banner=INVENTED if context.invented else "",
        on=plan.on,
        figures=_figures(findings),
        elsewhere="plan.xlsx",
        sections=(
            *((chain,) if chain else ()),
            _summary(findings),
            limits,
            _map(findings),
            Section("councils", "Councils", tables=(tables.authority_table(findings),)),
            Section("homes", "Homes that would close", tables=(tables.home_table(findings),)),
            *((watched,) if watched else ()),
            _moves(findings),
            _worst_off(findings),
            *((links,) if links else ()),
            Section("assumptions", "Assumptions", tables=(evidence.assumption_table(findings),)),
            _sources(context, findings),
            _duty(findings),
            _first_steps(),
            proof,
        ),
        remarks=(*proof.paragraphs, f"{limits.heading}:", *limits.points),
        first_sheets=FIRST_SHEETS,
    )


def _title(findings: Findings) -> str:
    who = clean(findings.context.title) or "what was named"
    match findings.plan.scenario.kind:
        case "home":
            return f"{who} closed"
        case "area":
            return f"the homes in {who} closed"
        case "landlord":
            return f"{who} failed and its leases ended"
        case "lender":
            return f"{who} enforced its charges"
        case _:
            return f"{who} failed"


def _scenario(context: ReportContext) -> str:
    """What is assumed to happen, as a sentence of its own: "Assumed: Sarn Care Ltd must close."."""
    words = sentence(context.scenario)
    return f"Assumed: {words}{'' if words.endswith('.') else '.'}" if words else ""


def _closing(findings: Findings) -> str:
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
        f"If {_closing(findings)} closed on {day(plan.on)}, {_moving(findings)} would have to move. "
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


def _bases(findings: Findings) -> dict[str, int]:
    bases: dict[str, int] = {}
    for home in findings.homes:
        if home.affected.counted:
            bases[clean(home.affected.basis)] = bases.get(clean(home.affected.basis), 0) + 1
    return dict(sorted(bases.items()))


def _basis_words(findings: Findings) -> str:
    bases = _bases(findings)
    if len(bases) == 1:
        return next(iter(bases))
    return listed([f"{basis} for {count(homes, 'home')}" for basis, homes in bases.items()]) or "not known"


def _summary(findings: Findings) -> Section:
    return Section(
        "summary",
        "Summary",
        paragraphs=headline(findings),
        tables=(_key_figures(findings),),
        on_sheets="everything",
    )


def _figures(findings: Findings) -> tuple[Figure, ...]:
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
        ("People placed", said.placed, _of(said.placed, said.people), "worked out"),
        ("People for whom no place was found", said.unplaced, _of(said.unplaced, said.people), "worked out"),
        ("Placed outside the council area they leave", outside, _of(outside, said.placed), "worked out"),
        ("Placed more than 10 miles (16.1 km) away", spread.far, _of(spread.far, said.placed), worked),
        ("Homes that would be asked to take people", receivers, placed, "worked out"),
        ("of these, with no rating known", unrated, _of(unrated, receivers), "recorded"),
    ]
    if said.admitting_beds_offered is not None and said.homes_offered is not None:
        beds = f"in {count(said.homes_offered, 'home')}"
        rows.insert(
            3, ("Beds counted as open to admissions", said.admitting_beds_offered, beds, _vacancy_basis(findings))
        )
    if unclear:
        rows.insert(-2, ("Placed, council area not known", unclear, _of(unclear, said.placed), "worked out"))
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


def _of(part: int, whole: int) -> str:
    return f"of {number(whole)}" + (f" ({percentage(part, whole)})" if whole else "")


def _limits(findings: Findings) -> Section:
    estimated = _bases(findings).get("estimated", 0)
    numbers = (
        f"It is not a list of residents. The number of people is estimated for "
        f"{share(estimated, len(findings.homes))} homes, from registered beds and average occupancy: "
        "ask each home how many people live there today."
        if estimated
        else "It is not a list of residents: it holds numbers, no names, and people may have moved in or out since."
    )
    return Section(
        "limits",
        "What this plan is not",
        points=(
            "It is not a forecast. It says what would follow if these homes closed; it does not say that they will, "
            "or that any provider is in difficulty.",
            numbers,
            "It knows no person. Couples, friends, family, language, capacity, clinical advice against moving, fees "
            "and each person’s own choice are not in it. Everyone in the building counts, whoever pays.",
            "Empty is not the same as open to admissions. In England in July 2025, 86.0 % of beds were occupied, "
            "10.8 % were vacant and open to admissions, and 3.2 % were vacant but closed to them (Department of "
            "Health and Social Care, August 2025). What this plan counted as open is under “Assumptions”.",
            f"Distances are measured {measured(findings)}. They are not travel times, and they are not the distance "
            "from a person’s family.",
            "The smallest total is not the best for each person: someone may be sent further so that others go less "
            "far. The people worst off are listed by name of home below.",
            "A rating is no promise of safety, and is as old as its date. A home named here may share an owner, a "
            "landlord or a lender with a home that closes where the register does not know it.",
        ),
    )


def _map(findings: Findings) -> Section:
    return Section(
        "map",
        "Map",
        pictures=(Picture(draw_map(findings), map_words(findings)),),
        tables=(tables.flow_table(findings),),
    )


def _moves(findings: Findings) -> Section:
    return Section(
        "moves",
        "Who goes where",
        paragraphs=(f"Distances are measured {measured(findings)}.",),
        tables=(tables.receiver_table(findings), tables.move_table(findings)),
    )


def _worst_off(findings: Findings) -> Section:
    said = findings.plan.summary
    return Section(
        "worst-off",
        "Who is worst off",
        paragraphs=(
            tables.far_sentence(findings),
            f"No place was found for {share(said.unplaced, said.people)} people.",
        ),
        tables=(tables.worst_table(findings), tables.unplaced_table(findings), evidence.not_offered_table(findings)),
    )


def _sources(context: ReportContext, findings: Findings) -> Section:
    homes = {*findings.context.homes} & {
        *(home.affected.home for home in findings.homes),
        *(row.home for row in findings.receivers),
    }
    named = len(findings.homes) + len(findings.receivers)
    return Section(
        "sources",
        "Sources",
        paragraphs=(f"The register holds {share(len(homes), named)} homes named in this plan.",),
        points=tuple(sentence(line) for line in context.attributions),
        tables=(evidence.source_table(findings),),
        on_sheets="everything",
    )


def _duty(findings: Findings) -> Section:
    nations = tuple(nation for nation in NATIONS.values() if nation in findings.context.nations)
    nations = nations or nations_of(findings.councils.values())
    unknown = (
        () if nations else ("The nation of these homes is not known from their council codes: all four are shown.",)
    )
    told = tuple(sentence(line) for line in findings.context.duty)
    return Section(
        "duty",
        "Whose duty it is",
        paragraphs=(*told, *unknown, duty_table().warning),
        tables=(evidence.which_duty_table(nations),),
        on_sheets="everything",
    )


def _first_steps() -> Section:
    return Section(
        "first",
        "What to do first",
        paragraphs=("From published guidance. Your council’s own closure procedure comes first where it has one.",),
        tables=(evidence.first_steps_table(),),
    )


def _proof(findings: Findings) -> Section:
    plan, best = findings.plan, findings.plan.optimality
    aim = str(plan.scenario.options.get("objective") or "total")
    if best.proved and aim == "worst":
        words = (
            "Proved: with these numbers, vacancies and distances no plan places more people. Among the plans that "
            "place as many, none sends fewer people beyond the cap, then none has a shorter longest move, then none a "
            "smaller total distance."
        )
    elif best.proved:
        words = (
            "Proved: with these numbers, vacancies and distances no plan places more people, and none that places as "
            "many has a smaller total distance."
        )
    else:
        words = (
            "Not proved: a better plan may exist. "
            f"Total reached: {_stated(best.objective)}; proven lower bound: {_stated(best.bound)}."
        )
    return Section(
        "proof",
        "How good this plan is, and how to check it",
        paragraphs=(
            words,
            "The best total is not the best for each person.",
            f"Register digest: {clean(plan.snapshot)}. The same register, date and options give the same plan and "
            "these same files, byte for byte. “longstop plan … --problem” writes the problem for any other "
            "solver to check.",
            f"Travel engine: {clean(plan.travel.engine)}. {sentence(plan.travel.method)}",
        ),
    )


def _stated(value: float | None) -> str:
    return "not stated" if value is None else f"{number(value, 1)} km"
