"""A registered provider fails: every home it is registered to run today."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, read_id, standing
from graph.answers import Ownership
from graph.claims import claims_between
from graph.ownership import OWNERSHIP, above


def affected(ownership: Ownership, names: Sequence[str]) -> Failure:
    """Homes whose current registration is one of the providers'. Raises UnknownName."""
    snapshot, network = ownership.snapshot, ownership.network
    ids = tuple(sorted({read_id(name, snapshot.providers, "provider") for name in names}))
    homes = standing(snapshot.homes[home] for provider in ids for home in snapshot.providers[provider].homes)
    titles = [snapshot.providers[i].record.name or i for i in ids]
    owners = above(network, ids, majority=True)
    chain = claims_between(snapshot, network, [*ids, *owners], ids, OWNERSHIP)
    down = claims_between(snapshot, network, ids, (home.id for home in homes), frozenset({"operates"}))
    said = "can no longer run its care homes" if homes else "fails: it is registered for no care home, so none closes"
    return Failure(
        ids,
        f"{' and '.join(titles)} {said}",
        homes,
        names=tuple(titles),
        chain=(*chain, *down),
        fallen=ids,
    )
