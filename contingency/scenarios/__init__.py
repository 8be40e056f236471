"""What fails: each kind of scenario is one module with ``affected(snapshot, names)``; KINDS names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contingency.scenarios import area, company, group, home, provider
from contingency.scenarios.choice import Failure, UnknownName
from register.snapshot import Snapshot

__all__ = ["KINDS", "Failure", "UnknownName"]

#: Kind -> what it does with the names given: which homes are affected, and what the names were read as.
KINDS: dict[str, Callable[[Snapshot, Sequence[str]], Failure]] = {
    "provider": provider.affected,
    "home": home.affected,
    "area": area.affected,
    "company": company.affected,
    "group": group.affected,
}
