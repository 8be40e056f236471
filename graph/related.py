"""Whether the owner of a home's building and the company that runs the home belong together (opco and propco).

"Related" needs a record on both sides: somebody who stands above both by entries in registers of control (25 % or
more, or other significant control), one that stands above the other, or a director of both. "Unrelated" is said only
where both sides are known to the end; everything else is "unknown", because an owner in no register may be the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from graph.control import Tie, ties_above, ultimate_owners
from graph.landlords import Holding
from graph.ownership import Network, above, board_of, name_of
from register.snapshot import Officer

Kinship = Literal["same company", "related", "unrelated", "unknown"]
_SIDE = "<side>"
#: From the closest on.
_CLOSEST: tuple[Kinship, ...] = ("same company", "related", "unknown", "unrelated")
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


class Kinships:
    """How landlords stand to providers in one network: who stands above either, and who sits on its board, is looked up
    once for all the homes that they share.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._owners: dict[str, set[str]] = {}
        self._boards: dict[str, dict[str, Officer]] = {}
        self._unknown: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], Relation] = {}

    def all_of(self, holding: Holding) -> tuple[Relation, ...]:
        """How each landlord of a home stands to its provider, by landlord's id; one Relation where there is none."""
        if holding.occupation == "owner-occupied":
            own = sorted({one.party for one in holding.superior if one.itself})
            return (Relation("same company", own[0], "the owner of the building is the registered provider"),)
        if not holding.landlords:
            return (
                Relation("unknown", None, f"the owner of the building is not known: {holding.reason or holding.state}"),
            )
        tenant = holding.company or holding.provider
        if tenant is None or tenant not in self._network:
            return tuple(
                Relation("unknown", landlord, "no provider is registered for the home")
                for landlord in holding.landlords
            )
        return tuple(self._relation(landlord, tenant) for landlord in holding.landlords)

    def closest_of(self, holding: Holding) -> Relation:
        """The closest of the relations of a home's landlords to its provider: what a table of homes shows."""
        return min(self.all_of(holding), key=lambda one: _CLOSEST.index(one.kind))

    def _relation(self, landlord: str, tenant: str) -> Relation:
        if (landlord, tenant) not in self._pairs:
            self._pairs[landlord, tenant] = self._told(landlord, tenant)
        return self._pairs[landlord, tenant]

    def _told(self, landlord: str, tenant: str) -> Relation:
        network = self._network
        mine, theirs = self._board(landlord), self._board(tenant)
        directors = tuple((mine[one], theirs[one]) for one in sorted(mine.keys() & theirs.keys()))
        if both := self._with_owners(landlord) & self._with_owners(tenant):
            ways = {one: _path(network, landlord, one) + _path(network, tenant, one) for one in both}
            common = min(both, key=lambda one: (len(ways[one]), one))
            words = f"{name_of(network, common)} holds, or is, both of them by entries in registers of control"
            return Relation("related", landlord, words, common, ways[common], directors)
        if directors:
            names = ", ".join(sorted({one.record.name or one.party.id or "" for one, _ in directors}))
            return Relation("related", landlord, f"both boards share a director: {names}", directors=directors)
        for side, words in ((landlord, "the landlord"), (tenant, "the provider")):
            if missing := self._missing(side):
                return Relation("unknown", landlord, f"no tie is found, but {missing.replace(_SIDE, words, 1)}")
        return Relation("unrelated", landlord, "both are followed to the end, and share no owner and no director")

    def _with_owners(self, node: str) -> set[str]:
        if node not in self._owners:
            self._owners[node] = {node} | above(self._network, [node])
        return self._owners[node]

    def _board(self, company: str) -> dict[str, Officer]:
        """Directors, or members of a partnership."""
        if company not in self._boards:
            self._boards[company] = board_of(self._network, company)
        return self._boards[company]

    def _missing(self, side: str) -> str:
        """Why "unrelated" cannot be said, with ``_SIDE`` where a side's name stands; empty where it can."""
        if side not in self._unknown:
            ends = ultimate_owners(self._network, among=self._with_owners(side))[side]
            open_ends = sorted(one for one in ends if one.kind not in _KNOWN_ENDS)
            words = ""
            if open_ends:
                words = f"who stands behind {_SIDE} is not known to the end: {open_ends[0].reason}"
            elif side.startswith("gb-coh:") and not self._board(side):
                words = f"the directors of {_SIDE} are not known"
            self._unknown[side] = words
        return self._unknown[side]


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
