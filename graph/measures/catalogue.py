"""The measures by name: what each asks, how it is worked out, whose measure it is, and which lists it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graph.measures import abroad, behind, boards, churn, debt, disclosure
from graph.measures.ground import Ground
from graph.measures.tally import Answer, Basis, Measure, count_of

_REGISTERS = ("cqc", "care_inspectorate", "ciw", "rqia")
_COMPANIES = ("companies_house",)
_LAND = ("hmlr", "tracing")


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure: its words, and the function that answers it for every home."""

    title: str
    formula: str
    source: str
    answers: Callable[[Ground], tuple[Answer, ...]]
    feeds: tuple[str, ...]
    basis: Basis = "inferred"
    notes: Callable[[Ground], tuple[str, ...]] = lambda _: ()


#: By id, in the order of a report.
MEASURES: Mapping[str, Definition] = {
    "landlord-traced": Definition(
        "Is the owner of the building known?",
        "homes whose title was found and accepted, against those whose search ended in one of the counted reasons",
        "GMB's list of 2011 counts untraced homes so",
        behind.untraced,
        (*_REGISTERS, *_LAND),
    ),
    "landlord-abroad": Definition(
        "Is the owner of the building registered abroad?",
        "beds whose superior title (freehold, else the lease found) has an owner incorporated outside the United "
        "Kingdom, of all beds; owners who are the provider itself count too",
        "GMB 2011; Resolution Foundation",
        abroad.landlord_abroad,
        (*_REGISTERS, *_LAND),
    ),
    "landlord-place": Definition(
        "Where is the owner of the building registered?",
        "the place of incorporation in the title, in groups; of several owners one abroad, Crown Dependencies first",
        "GMB 2011",
        abroad.landlord_place,
        (*_REGISTERS, *_LAND),
    ),
    "landlord-haven": Definition(
        "Is the owner of the building registered in a place on the list of havens?",
        "the place of incorporation in the title against the list named below",
        "GMB 2011",
        abroad.landlord_on_list,
        (*_REGISTERS, *_LAND),
        notes=lambda ground: (f"The list of havens: {ground.havens.words}.",),
    ),
    "owner-abroad": Definition(
        "Does somebody registered abroad stand behind the provider?",
        "beds with a body registered outside the United Kingdom on any path of a quarter or more above the provider, "
        "of all beds; people count by no country, because theirs is not kept",
        "Centre for Health and the Public Interest",
        abroad.owner_abroad,
        (*_REGISTERS, *_COMPANIES),
    ),
    "same-roof": Definition(
        "Do the owner of the building and the provider belong together?",
        "related where somebody holds a quarter or more of both or a director sits on both boards; unrelated only "
        "where both are followed to the end",
        "the split of operating and property companies (opco and propco)",
        behind.same_roof,
        (*_REGISTERS, *_COMPANIES, *_LAND),
    ),
    "chain-longest": Definition(
        "How long is the longest chain above the provider?",
        "links of ownership from the registered provider to the last known owner; rings are passed once",
        "Open Ownership",
        behind.chain_depth,
        (*_REGISTERS, *_COMPANIES),
        notes=behind.chain_notes,
    ),
    "chain-shortest": Definition(
        "How long is the shortest chain above the provider?",
        "as above",
        "Open Ownership",
        behind.shortest_chain,
        (*_REGISTERS, *_COMPANIES),
    ),
    "ends-at": Definition(
        "At whom do the chains end?",
        "the kind of the last known owner of every chain",
        "Open Ownership",
        behind.ends_at,
        (*_REGISTERS, *_COMPANIES),
    ),
    "charged": Definition(
        "Is the home under a charge to a lender?",
        "the closest outstanding charge: given by the registered provider, or naming the building's title; a charge "
        "says nothing of sums",
        "Centre for Health and the Public Interest",
        debt.charged,
        (*_REGISTERS, *_COMPANIES, *_LAND),
    ),
    "late-filing": Definition(
        "Is the registered provider late with its accounts or its confirmation statement?",
        "as Companies House says of the provider's own company, else where the day on which they were due has passed",
        "Companies Act 2006, sections 441, 451 and 853A",
        disclosure.late,
        (*_REGISTERS, *_COMPANIES),
    ),
    "interlocked": Definition(
        "Does a director sit on another group's board too?",
        "homes whose group (more than half for certain) shares an active director with another group",
        "director interlocks",
        boards.interlocked,
        (*_REGISTERS, *_COMPANIES),
    ),
    "operator-churn": Definition(
        "Has the home passed to another provider in five years?",
        "registrations in the five years with another legal person than the one before",
        "owner changes per home per five years",
        churn.operator_changes,
        _REGISTERS,
        notes=churn.rate_words,
    ),
    "building-churn": Definition(
        "Has the building passed to another owner in five years?",
        "the day of the latest proprietor in the superior title",
        "owner changes per home per five years",
        churn.building_changes,
        (*_REGISTERS, *_LAND),
    ),
    "disclosure": Definition(
        "How much is disclosed?",
        "how many of six are there: accounts filed; full and not an exempt form; a person named with control; title "
        "traced; lease known; lender known. What is not known counts as not disclosed",
        "the share of available fields",
        disclosure.score,
        (*_REGISTERS, *_COMPANIES, *_LAND),
    ),
}


def measure_all(ground: Ground) -> tuple[Measure, ...]:
    """Every measure of the homes in scope, in the catalogue's order."""
    return tuple(measure(ground, name) for name in MEASURES)


def measure(ground: Ground, name: str) -> Measure:
    """One measure by its id. Raises KeyError."""
    one = MEASURES[name]
    rests_on, as_at = ground.feeds(*one.feeds)
    return Measure(
        name,
        one.title,
        one.formula,
        one.source,
        one.answers(ground),
        count_of(ground.homes, ground.on),
        one.basis,
        rests_on,
        as_at,
        one.notes(ground),
    )
