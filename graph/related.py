"""Whether the owner of a home's building and the company that runs the home belong together (opco and propco).

"Related" needs a record on both sides: somebody who stands above both by entries in registers of control (25 % or
more, or other significant control), one that stands above the other, or a director of both. "Unrelated" is said only
where both sides are known to the end; everything else is "unknown", because an owner in no register may be the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from graph.control import Tie, endings_above, ties_above
from graph.landlords import Holding
from graph.ownership import Network, above, linked, name_of
from register.snapshot import Officer

Kinship = Literal["same company", "related", "unrelated", "unknown"]
#: Ends beyond which nobody else can stand.
_KNOWN_ENDS = frozenset({"person", "listed company", "state", "council", "charity", "members"})


@dataclass(frozen=True, slots=True)
class Relation:
    """How one landlord (``party``; None where none is traced) stands to a home's provider, and what that rests on.

    ``common`` is who stands above both; ``ties`` the links from each side to it, the landlord's first. ``directors``
    are the appointments of people who sit on both boards, as (landlord's, provider's) pairs.
    """

    kind: Kinship
    party: str | None
    why: str
    common: str | None = None
    ties: tuple[Tie, ...] = ()
    directors: tuple[tuple[Officer, Officer], ...] = ()


def relations_of(network: Network, holding: Holding) -> tuple[Relation, ...]:
    """How each landlord of a home stands to its provider, in order of landlord; one Relation where there is none."""
    if holding.occupation == "owner-occupied":
        own = sorted({one.party for one in holding.superior if one.itself})
        return (Relation("same company", own[0], "the owner of the building is the registered provider"),)
    if not holding.landlords:
        return (
            Relation("unknown", None, f"the owner of the building is not known: {holding.reason or holding.state}"),
        )
    return tuple(_relation(network, holding, landlord) for landlord in holding.landlords)


def relation_of(network: Network, holding: Holding) -> Relation:
    """The closest of the relations of a home's landlords to its provider: what a table of homes shows."""
    order: tuple[Kinship, ...] = ("same company", "related", "unknown", "unrelated")
    return min(relations_of(network, holding), key=lambda one: order.index(one.kind))


def _relation(network: Network, holding: Holding, landlord: str) -> Relation:
    tenant = holding.company or holding.provider
    if tenant is None or tenant not in network:
        return Relation("unknown", landlord, "no provider is registered for the home")
    both = _with_owners(network, landlord) & _with_owners(network, tenant)
    if both:
        common = min(both, key=lambda node: (len(_path(network, landlord, node) + _path(network, tenant, node)), node))
        words = f"{name_of(network, common)} holds, or is, both of them by entries in registers of control"
        ties = _path(network, landlord, common) + _path(network, tenant, common)
        return Relation("related", landlord, words, common, ties, _directors(network, landlord, tenant))
    if directors := _directors(network, landlord, tenant):
        names = ", ".join(sorted({mine.record.name or mine.party.id or "" for mine, _ in directors}))
        return Relation("related", landlord, f"both boards share a director: {names}", directors=directors)
    if missing := _missing(network, landlord, tenant):
        return Relation("unknown", landlord, f"no tie is found, but {missing}")
    return Relation("unrelated", landlord, "both are followed to the end, and share no owner and no director")


def _with_owners(network: Network, node: str) -> set[str]:
    return {node} | above(network, [node])


def _path(network: Network, node: str, up_to: str) -> tuple[Tie, ...]:
    """The shortest way up from a node to one of its owners, the first by id among equals."""
    came: dict[str, Tie] = {}
    waiting = deque([node])
    while waiting and up_to not in came and node != up_to:
        for tie in ties_above(network, waiting.popleft()):
            if tie.holder not in came:
                came[tie.holder] = tie
                waiting.append(tie.holder)
    found: list[Tie] = []
    at = up_to
    while at != node:
        found.append(came[at])
        at = came[at].held
    return tuple(reversed(found))


def _directors(network: Network, landlord: str, tenant: str) -> tuple[tuple[Officer, Officer], ...]:
    """Appointments of the same party as director (or as member of a partnership) of both companies."""
    mine, theirs = _board(network, landlord), _board(network, tenant)
    return tuple((mine[one], theirs[one]) for one in sorted(mine.keys() & theirs.keys()))


def _board(network: Network, company: str) -> dict[str, Officer]:
    return {
        party: facts["officer"]
        for party, facts in linked(network, company, "officer")
        if "secretary" not in facts["officer"].record.role
    }


def _missing(network: Network, landlord: str, tenant: str) -> str:
    """Why "unrelated" cannot be said; empty where it can."""
    for side, words in ((landlord, "the landlord"), (tenant, "the provider")):
        for ending in sorted(endings_above(network, side)):
            if ending.kind not in _KNOWN_ENDS:
                return f"who stands behind {words} is not known to the end: {ending.reason}"
        if side.startswith("gb-coh:") and not _board(network, side):
            return f"the directors of {words} are not known"
    return ""
