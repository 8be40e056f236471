"""What fails: each kind of scenario is one module with ``affected(ownership, names)``; KINDS names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contingency.scenarios import area, company, group, home, landlord, lender, provider
from contingency.scenarios.choice import Failure, UnknownName, Watched
from graph.answers import Ownership
from register.snapshot import Snapshot

__all__ = ["KINDS", "RULED_KINDS", "Failure", "UnknownName", "Watched", "failure_of"]

#: Kind -> what it does with the names given: which homes are affected, and what the names were read as.
KINDS: dict[str, Callable[[Ownership, Sequence[str]], Failure]] = {
    "provider": provider.affected,
    "home": home.affected,
    "area": area.affected,
    "company": company.affected,
    "group": group.affected,
    "landlord": landlord.affected,
    "lender": lender.affected,
}
#: The kinds whose names may stand for more than themselves, by a rule of ``graph.groups``.
RULED_KINDS: dict[str, Callable[[Ownership, Sequence[str], str], Failure]] = {
    "group": group.affected,
    "landlord": landlord.affected,
}


def failure_of(
    kind: str, snapshot: Snapshot, names: Sequence[str], *, rule: str | None = None, ownership: Ownership | None = None
) -> Failure:
    """What fails when ``names`` of a kind do. ``rule`` says what a group is (None: ``brand``), or that a landlord
    stands for every landlord of its group (None: for itself); the other kinds have no use for it. ``ownership`` is the
    snapshot's, where it is at hand already.

    Raises UnknownName for a name that fits nothing.
    """
    ownership = ownership or Ownership(snapshot)
    if rule is not None and kind in RULED_KINDS:
        return RULED_KINDS[kind](ownership, names, rule)
    return KINDS[kind](ownership, names)
