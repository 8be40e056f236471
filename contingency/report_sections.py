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
from contingency.report_summary import bases_of, measured, summary_section, top_figures
from printing.layout import Picture, Report, Section
from printing.wording import clean, day, number, sentence, share

#: The sheets that a meeting turns to, in order, where the report has them; then any other.
FIRST_SHEETS = ("Summary", "Authorities", "Between authorities", "Homes", "Receiving homes", "Moves", "Unplaced")

INVENTED = "INVENTED COUNTY: exercise data, no real home"


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
        figures=top_figures(findings),
        elsewhere="plan.xlsx",
        sections=(
            *((chain,) if chain else ()),
            summary_section(findings),
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


def _limits(findings: Findings) -> Section:
    estimated = bases_of(findings).get("estimated", 0)
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
