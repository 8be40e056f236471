"""What fails: each kind of scenario is one module with ``affected(snapshot, names)``; KINDS names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contingency.scenarios import area, company, group, home, provider
from contingency.scenarios.choice import Failure, UnknownName
from register.snapshot import Snapshot

__all__ = ["KINDS", "Failure", "UnknownName", "failure_of"]

#: Kind -> what it does with the names given: which homes are affected, and what the names were read as.
KINDS: dict[str, Callable[[Snapshot, Sequence[str]], Failure]] = {
    "provider": provider.affected,
    "home": home.affected,
    "area": area.affected,
    "company": company.affected,
    "group": group.affected,
}


def failure_of(kind: str, snapshot: Snapshot, names: Sequence[str], *, rule: str = "brand") -> Failure:
    """What fails when ``names`` of a kind do. ``rule`` says what a group is; the other kinds have no use for it.

    Raises UnknownName for a name that fits nothing.
    """
    if kind == "group":
        return group.affected(snapshot, names, rule)
    return KINDS[kind](snapshot, names)
