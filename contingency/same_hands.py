"""Homes that are no way out, because whoever failed owns them too, or the landlord or lender of what failed does.

A bed is a way out only where the same failure cannot take it. So nobody is sent to a home under an owner that failed,
in a building of the landlord of a home that fails, or charged to a lender that enforces; nor to another home of an
operator who loses a building, because a tenant that loses its homes may not stand for long. "Owner" is told by the rule
control50 alone: more than half, for certain. A quarter is not enough to withhold a bed that somebody needs, and a bed
withheld is a person moved further. Where only a place is lost (a home, an area), nobody failed and nothing is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping

from contingency.scenarios import Failure
from graph.answers import Ownership

SAME_OWNER = "under the same owner as what fails (more than half, for certain)"
SAME_OPERATOR = "run by the same owner as a home that loses its building, who may fall with it"
SAME_LANDLORD = "in a building of the same landlord as a home that fails"
UNDER_WHAT_FAILED = "it hangs on what fails, and may fail next"
SAME_LENDER = "its provider or its building is charged to the lender that enforces"
#: All of these, and what hangs on what fails: the reasons that a reader must meet in the first lines.
HANDS = (SAME_OWNER, SAME_OPERATOR, SAME_LANDLORD, SAME_LENDER, UNDER_WHAT_FAILED)
#: Those that are offered where that is asked for.
RULED_OUT = frozenset({SAME_OWNER, SAME_OPERATOR, SAME_LANDLORD, SAME_LENDER})
#: The assumptions' names in a plan document.
SAME_HANDS = "beds under the same owner, landlord or enforcing lender as what fails"
UNKNOWN_OWNERS = "homes offered of whose building the owner is not known (it may be the same landlord)"


def same_hands(ownership: Ownership, kind: str, failure: Failure) -> Mapping[str, str]:
    """Of every standing home that does not fail, and is in the same hands as what does: which hands."""
    if failure.fallen is None:
        return {}
    heads = ownership.heads("control50")
    failing = {home.id for home in failure.homes}
    owners = {heads[one] for one in failure.fallen if one in heads}
    operators = {heads[one] for one in failing if one in heads} - owners
    landlords = {
        heads[party]
        for home in failing & ownership.holdings.keys()
        for party in (*ownership.holdings[home].landlords, *ownership.holdings[home].between)
    }
    found: dict[str, str] = {}
    if kind == "lender":
        found |= dict.fromkeys((one.home for one in ownership.exposures if one.lender in failure.ids), SAME_LENDER)
    for head in operators:
        found |= dict.fromkeys(ownership.homes_under.get(head, ()), SAME_OPERATOR)
    for head in owners | operators | landlords:
        found |= dict.fromkeys(ownership.homes_let_by.get(head, ()), SAME_LANDLORD)
    for head in owners:
        found |= dict.fromkeys(ownership.homes_under.get(head, ()), SAME_OWNER)
    return {home: found[home] for home in sorted(found.keys() - failing)}
