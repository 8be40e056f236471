"""A brand's providers fail together: CQC's own grouping, which is not a legal entity and is named as what it is."""

from __future__ import annotations

from collections.abc import Sequence

from contingency.scenarios.choice import Failure, UnknownName, read_id, standing
from register.snapshot import Home, Snapshot


def affected(snapshot: Snapshot, names: Sequence[str]) -> Failure:
    """Homes under the same CQC brand as the brand, provider or home named. Raises UnknownName."""
    brands: dict[str, str] = {}
    members: dict[str, str] = {}
    for home in snapshot.homes.values():
        record = home.current.record
        if record.brand_id:
            brand = f"cqc-brand:{record.brand_id}"
            brands[brand] = record.brand_name or record.brand_id
            members[home.id] = brand
            if record.provider_id:
                members[record.provider_id] = brand
    ids: set[str] = set()
    for name in names:
        found = read_id(name, [*brands, *members], "brand, provider or home")
        ids.add(found if found in brands else members[found])
    if not ids:
        raise UnknownName("name a brand, or a provider or home in it")
    homes: list[Home] = [h for h in snapshot.homes.values() if members.get(h.id) in ids]
    titles = [brands[i].removeprefix("BRAND ") for i in sorted(ids)]
    return Failure(
        tuple(sorted(ids)),
        f"every provider under the CQC brand {' and '.join(titles)} fails (a brand is CQC's grouping, not a company)",
        standing(homes),
    )
