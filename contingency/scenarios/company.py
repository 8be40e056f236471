"""A company fails: the homes that it is itself registered to run.

Only the registered provider's failure closes homes. A parent's insolvency is not the provider's (Four Seasons, April
2019: two holding companies in administration, every home ran on), so nothing is followed upwards here.
"""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, read_id, standing
from register.snapshot import Snapshot


def affected(snapshot: Snapshot, names: Sequence[str]) -> Failure:
    """Homes of the providers with one of these company numbers. Raises UnknownName."""
    holders: dict[str, list[str]] = {}
    for provider in snapshot.providers.values():
        if provider.record.company:
            holders.setdefault(provider.record.company, []).append(provider.record.id)
    ids = tuple(sorted({read_id(name, holders, "registered provider with company number") for name in names}))
    providers = [snapshot.providers[p] for company in ids for p in sorted(holders[company])]
    homes = [snapshot.homes[home] for provider in providers for home in provider.homes]
    titles = sorted({p.record.name or p.record.id for p in providers})
    return Failure(ids, f"{' and '.join(titles)} can no longer run its care homes", standing(homes))
