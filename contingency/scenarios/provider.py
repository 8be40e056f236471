"""A registered provider fails: every home it is registered to run today."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, read_id, standing
from register.snapshot import Snapshot


def affected(snapshot: Snapshot, names: Sequence[str]) -> Failure:
    """Homes whose current registration is one of the providers'. Raises UnknownName."""
    ids = tuple(sorted({read_id(name, snapshot.providers, "provider") for name in names}))
    homes = [snapshot.homes[home] for provider in ids for home in snapshot.providers[provider].homes]
    titles = [snapshot.providers[i].record.name or i for i in ids]
    return Failure(ids, f"{' and '.join(titles)} can no longer run its care homes", standing(homes))
