"""One or several homes close their doors, whoever runs them: fire, flood, or a regulator's order."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, UnknownName, read_id, standing
from graph.answers import Ownership


def affected(ownership: Ownership, names: Sequence[str]) -> Failure:
    """The homes named, by the id of any of their registrations. Raises UnknownName, also for a home long gone."""
    snapshot = ownership.snapshot
    ids = tuple(sorted({snapshot.home_of[read_id(name, snapshot.home_of, "home")] for name in names}))
    homes = [snapshot.homes[i] for i in ids]
    for home in homes:
        if home.status not in {"open", "dormant"}:
            title = home.current.record.name or home.id
            raise UnknownName(f"{title} ({home.id}) is not open on {snapshot.on.isoformat()}: {home.status}")
    titles = [home.current.record.name or home.id for home in homes]
    return Failure(ids, f"{' and '.join(titles)} must close", standing(homes), names=tuple(titles))
