"""Who is owed: homes under charges that are outstanding."""

from __future__ import annotations

from graph.measures.ground import Ground
from graph.measures.tally import UNKNOWN, Answer, tally
from register.snapshot import Home

ALL_ASSETS, FIXED, ABOVE, NONE = (
    "a charge over everything the provider has",
    "a fixed charge on provider or building",
    "a charge only further up or on other property",
    "no charge outstanding",
)


def charged(ground: Ground) -> tuple[Answer, ...]:
    """The closest charge that a home stands under. "No charge" needs the company's register of charges to be known."""
    direct: dict[str, bool] = {}
    hanging: set[str] = set()
    for one in ground.exposures:
        if one.direct:
            direct[one.home] = direct.get(one.home, False) or one.all_assets
        else:
            hanging.add(one.home)

    def answer(home: Home) -> str:
        if home.id in direct:
            return ALL_ASSETS if direct[home.id] else FIXED
        if home.id in hanging:
            return ABOVE
        return NONE if charges_known(ground, home) else UNKNOWN

    return tally(ground.homes, ground.on, answer, order=(ALL_ASSETS, FIXED, ABOVE, NONE, UNKNOWN))


def charges_known(ground: Ground, home: Home) -> bool:
    """Whether it is known which charges the provider's own company has outstanding: read, or said to be none."""
    company = ground.company_record(home)
    if company is None:
        return False
    record = company.record
    none = record.has_charges is False or record.charges_outstanding == 0 or record.charges == 0
    return none or company.record.id in ground.snapshot.charges
