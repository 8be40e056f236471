"""What must be said wherever a landlord is named: whom the land registry's lists leave out, and what may be passed on.

Sources: HM Land Registry, technical specifications and licences of CCOD (companies from here) and OCOD (companies from
abroad); the exclusions are those of the OCOD specification.
"""

from __future__ import annotations

#: Printed under every report that names landlords.
LANDLORD_LIMITS = (
    "The overseas data leave out private individuals, UK companies with overseas addresses and charities, and hide "
    "excluded co-owners.",
    "The lists of HM Land Registry cover England and Wales only: owners of homes in Scotland and Northern Ireland are "
    "not covered, which is a gap in the data and says nothing of those owners.",
    "Buildings owned by private people or charities, and leases of seven years or less, stand in no list: a home "
    "without a landlord here is untraced, not owned by nobody.",
)
#: The words that the licence of both lists asks for; the year is that of the list.
ATTRIBUTION = "Information produced by HM Land Registry © Crown copyright {year}."
#: Why a report or an export gives derived facts and never a row.
DERIVED_ONLY = (
    "HM Land Registry's licence forbids passing its rows on. This gives what was worked out from them (which home, "
    "which company, which country) and no title's address, price or row."
)


def landlord_lines(year: int) -> tuple[str, ...]:
    """The sentences to print under a report on landlords that rests on lists of ``year``."""
    return (*LANDLORD_LIMITS, DERIVED_ONLY, ATTRIBUTION.format(year=year))
