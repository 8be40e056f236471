"""Homes and titles in, links out: which home stands on which title, and what the search for each home came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from register.matching.candidates import Blocks
from register.matching.claims import settle
from register.matching.evidence import Evidence, compare, contradicted, with_opinion
from register.matching.known import Known
from register.matching.owners import PROVIDERS
from register.matching.second_opinion import matcher_edition, opinions
from register.matching.sides import Building, Estate, Kin, brands_of, building_of, estate_of
from register.matching.wording import nearest_sentence, reason_sentence
from register.records import LinkRecord, LinkState, LocationRecord, TitleRecord, TraceRecord, Untraced

#: From this probability on a link is accepted by rule; from the lower one on it waits for a person. docs/tracing.md
#: says what precision and recall were measured at these and at other thresholds.
ACCEPTED, WAITING = 0.9, 0.35
#: The titles on which the second opinion is asked: those whose best claim is neither accepted nor out of the question.
_DOUBT = 0.05
#: Edition of the rules and weights: part of every link's method, so that a link can be told from one of older rules.
RULES = "words of the address 3"
COVERED = ("England", "Wales")


@dataclass(frozen=True, slots=True)
class Claim:
    """One home's claim to one title: the probability that the home stands on it, and the evidence."""

    home: str
    title: str
    score: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching came to. ``claims`` are all that were compared, in order of title and home.

    ``traces`` hold one record for every home given, in order of id.
    """

    claims: tuple[Claim, ...]
    links: tuple[LinkRecord, ...]
    traces: tuple[TraceRecord, ...]


def match(
    homes: Iterable[LocationRecord],
    titles: Iterable[TitleRecord],
    kin: Mapping[str, Kin] | None = None,
    *,
    threshold: float = ACCEPTED,
    ask: bool = True,
) -> Matching:
    """Match every home with its titles. ``kin`` says by home's id who would be no stranger as its owner.

    ``threshold`` is the probability from which a link is accepted; ``ask`` whether uk-address-matcher is asked about
    what is in doubt. Needs no database. Raises MatcherMissing where it is to be asked and is not installed.
    """
    known_kin = kin or {}
    records = {record.id: record for record in homes}
    brands = brands_of(records.values())
    buildings = {key: building_of(records[key], known_kin.get(key, Kin()), brands) for key in sorted(records)}
    covered = {key: one for key, one in buildings.items() if records[key].nation in {None, *COVERED}}
    estates = estates_of(titles)
    claims = compare_all(covered, estates, threshold=threshold, ask=ask)
    method = RULES + (f", with {matcher_edition()} where in doubt" if ask else "")
    links = [
        _link(claim, "accepted" if claim.score >= threshold else "waiting", method)
        for claim in claims
        if claim.score >= min(WAITING, threshold)
    ]
    by_home: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_home[claim.home].append(claim)
    states: dict[str, list[LinkRecord]] = defaultdict(list)
    for link in links:
        states[link.location].append(link)
    traces = tuple(
        _trace(records[key], buildings[key], by_home.get(key, ()), states.get(key, ()), estates) for key in buildings
    )
    return Matching(claims, tuple(sorted(links, key=lambda link: link.id)), traces)


def estates_of(titles: Iterable[TitleRecord]) -> dict[str, Estate]:
    """Titles ready for comparing, in order of id; those that a file of changes took out are left out."""
    rows: dict[str, list[TitleRecord]] = defaultdict(list)
    for row in titles:
        if row.removed_on is None:
            rows[row.title].append(row)
    return {title: estate_of(rows[title]) for title in sorted(rows)}


def compare_all(
    homes: Mapping[str, Building], estates: Mapping[str, Estate], *, threshold: float, ask: bool
) -> tuple[Claim, ...]:
    """Every claim of a home to a title that shares a postcode, street, name or owner with it."""
    blocks, known = Blocks(homes), Known.of(homes.values())
    found: dict[str, list[Evidence]] = {}
    doubtful: list[Estate] = []
    settled: dict[str, Mapping[str, float]] = {}
    for estate in estates.values():
        some = [compare(homes[home], estate, known) for home in blocks.of(estate)]
        if not some:
            continue
        found[estate.id], settled[estate.id] = some, settle(some, homes)
        if _DOUBT <= max(settled[estate.id].values()) < threshold:
            doubtful.append(estate)
    if ask and doubtful:
        asked = {one.home for estate in doubtful for one in found[estate.id]}
        weights = opinions((homes[home] for home in sorted(asked)), doubtful)
        for estate in doubtful:
            some = [with_opinion(one, weights.get((estate.id, one.home))) for one in found[estate.id]]
            found[estate.id], settled[estate.id] = some, settle(some, homes)
    return tuple(
        Claim(one.home, title, round(settled[title][one.home], 4), one)
        for title in sorted(found)
        for one in found[title]
    )


def _link(claim: Claim, state: LinkState, method: str) -> LinkRecord:
    return LinkRecord(
        id=f"link:{claim.home}/{claim.title.removeprefix('hmlr:')}",
        location=claim.home,
        title=claim.title,
        state=state,
        method=method,
        reason=reason_sentence(claim.evidence),
        score=claim.score,
    )


def _trace(
    record: LocationRecord,
    home: Building,
    claims: Sequence[Claim],
    links: Sequence[LinkRecord],
    estates: Mapping[str, Estate],
) -> TraceRecord:
    """What the search for one home came to, by the definitions in docs/tracing.md."""
    accepted = [link for link in links if link.state == "accepted"]
    outcome: Literal["accepted", "waiting", "untraced"] = "accepted" if accepted else "waiting" if links else "untraced"
    untraced: Untraced | None = None
    if accepted and len(accepted) == len(links) and _own_leases_only(accepted, claims, estates):
        outcome, untraced = "untraced", "lease chain broken"
        detail = "Only a lease was found, held by the home's own provider: who owns the freehold is unknown."
    elif accepted:
        detail = f"{_titles(len(accepted))} accepted by rule, {len(links) - len(accepted):,} waiting for a person."
    elif links:
        detail = f"{_titles(len(links))} waiting for a person, none accepted."
    elif record.nation not in {None, *COVERED}:
        untraced, detail = "nation not covered", f"The lists are of England and Wales; the home is in {record.nation}."
    elif home.kin.excluded:
        untraced, detail = "owner excluded from the data", home.kin.excluded
    elif all(contradicted(claim.evidence) for claim in claims):
        untraced, detail = "no title found", nothing_found_sentence(claims)
    else:
        best = max(claims, key=lambda claim: (claim.score, claim.title))
        untraced, detail = "name not matched", nearest_sentence(best.evidence, len(claims))
    return TraceRecord(
        id=f"trace:{record.id}",
        location=record.id,
        outcome=outcome,
        untraced=untraced,
        detail=detail,
        candidates=len(claims),
    )


def nothing_found_sentence(claims: Sequence[Claim]) -> str:
    """That no title is of the home's address, and what the nearest of its neighbours has against it."""
    if not claims:
        return "No title in the lists shares its postcode, street, name or provider."
    best = max(claims, key=lambda claim: (claim.score, claim.title))
    return f"No title is of this address. {nearest_sentence(best.evidence, len(claims))}"


def _own_leases_only(accepted: Sequence[LinkRecord], claims: Sequence[Claim], estates: Mapping[str, Estate]) -> bool:
    """Whether all that is known of a home's building is a lease that its own provider holds."""
    owners = {claim.title: claim.evidence.levels["owner"] for claim in claims}
    return all(
        (estates[link.title].tenure or "").casefold() == "leasehold" and owners[link.title] in PROVIDERS
        for link in accepted
    )


def _titles(count: int) -> str:
    return "1 title" if count == 1 else f"{count:,} titles"
