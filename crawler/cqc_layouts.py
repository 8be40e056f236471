"""The layouts of CQC's monthly and weekly files, and the columns that are read of each.

The spellings differ between files of one month (``Care home?`` and ``Care Home?``), and columns come and go between
years; what is read is listed here, and everything else in a file is either named as left out or reported.
"""

from __future__ import annotations

from crawler.tables import Layout, names

#: Names and telephone numbers of managers, nominated individuals and partners: dropped on load.
PERSONAL = frozenset(
    {
        "Location Telephone Number",
        "Location telephone number",
        "Registered manager",
        "Provider Telephone Number",
        "Provider Nominated Individual Name",
        "Provider Main Partner Name",
        "Phone number",
    }
)


#: Health geography, inspection directorates, web addresses, the provider's own office: read by nobody yet.
_UNREAD_OF_ACTIVE = names(
    "Location ODS Code|Location Web Address|Location Type/Sector|Location Inspection Directorate|"
    "Location Primary Inspection Category|Location NHS Region|Location ONSPD CCG Code|Location ONSPD CCG|"
    "Location Commissioning CCG Code|Location Commissioning CCG|Location PAF ID|Location Parliamentary Constituency|"
    "Location Dual Registered|Provider Type/Sector|Provider Inspection Directorate|"
    "Provider Primary Inspection Category|Provider Web Address|Provider Street Address|Provider Address Line 2|"
    "Provider City|Provider County|Provider PAF ID|Provider UPRN ID|Provider Region|Provider NHS Region|"
    "Provider Latitude|Provider Longitude|Provider Parliamentary Constituency|Location ONSPD ICB Code|"
    "Location ONSPD ICB|Location Commissioning ICB Code|Location Commissioning ICB"
)
_UNREAD_OF_DUAL = names(
    "Location Name|Location HSCA Start Date|Location Type/Sector|Provider Name|Linked Organisation Name|Relationship|"
    "Relationship Start Date"
)
_UNREAD_OF_RATING = names(
    "Location ODS Code|Location Type|Location Primary Inspection Category|Location NHS Region|Location ONSPD CCG Code|"
    "Location ONSPD CCG|Location Commissioning CCG Code|Location Commissioning CCG Name|Report Type|URL"
)
_UNREAD_OF_DEACTIVATED = (
    _UNREAD_OF_ACTIVE
    | _UNREAD_OF_RATING
    | names(
        "Location Primary NHS Region|Provider HSCA start date|Provider HSCA Start Date|Provider HSCA End Date|"
        "Provider Status|Provider Postal Code|Provider Local Authority|Provider Companies House Number|"
        "Provider Charity Number|Provider ID|Provider Name|Provider Ownership Type"
    )
)
#: The market view's last two columns carry each other's names; neither is read.
_UNREAD_OF_MARKET = names(
    "Comments within last month / comments last recorded|Location Web Address|Primary inspection category|"
    "Size of care home (bands by number of beds)|Location length of service (bands by number of years)|"
    "Location safe rating|Location effective rating|Location caring rating|Location responsive rating|"
    "Location well-led rating|Provider length of service (bands by number of years)|"
    "Provider characteristic - number of locations|"
    "Provider characteristic - national group size (based on locations)|Provider characteristic - number of beds|"
    "Provider characteristic - share of beds (nationally)|"
    "Provider characteristic - number of local authority areas where it has locations|"
    "Provider characteristic - % of local authority areas where it has locations|"
    "Brand characteristic - number of locations|Brand characteristic -national group size (based on locations)|"
    "Brand characteristic - number of beds|Brand characteristic - share of beds (nationally)|"
    "Brand characteristic - % of local authority areas where it has locations|"
    "Brand characteristic - number of local authority areas where it has locations"
)
_UNREAD_OF_WEEKLY = names(
    "Also known as|Website|Service's website (if available)|Date of latest check|Report publication date|URL|"
    "Location URL"
)


ACTIVE = Layout(
    "the active locations",
    ("Location ID", "Care home?", "Care homes beds", "Location Name", "Provider ID"),
    {
        "Location ID": (),
        "Location HSCA start date": (),
        "Dormant (Y/N)": ("Dormant",),
        "Care home?": (),
        "Location Name": (),
        "Care homes beds": (),
        "Location Latest Overall Rating": (),
        "Publication Date": (),
        "Inherited Rating (Y/N)": (),
        "Location Region": (),
        "Location Local Authority": (),
        "Location Street Address": (),
        "Location Address Line 2": (),
        "Location City": (),
        "Location County": (),
        "Location Postal Code": ("Location Post Code", "Location Postcode"),
        "Location UPRN ID": ("Location UPRN",),
        "Location Latitude": (),
        "Location Longitude": (),
        "Brand ID": (),
        "Brand Name": (),
        "Provider Companies House Number": (),
        "Provider Charity Number": (),
        "Provider ID": (),
        "Provider Name": (),
        "Provider HSCA start date": (),
        "Provider Ownership Type": (),
        "Provider Postal Code": ("Provider Post Code", "Provider Postcode"),
        "Provider Local Authority": (),
        "Primary ID (Dual registration locations)": ("Primary ID",),
    },
    unread=_UNREAD_OF_ACTIVE | PERSONAL,
)
DUAL = Layout(
    "dual registrations",
    ("Location ID", "Linked Organisation ID", "Primary ID"),
    {"Location ID": (), "Provider ID": (), "Linked Organisation ID": (), "Primary ID": ()},
    unread=_UNREAD_OF_DUAL,
)
RATING = Layout(
    "the latest ratings",
    ("Location ID", "Service / Population Group", "Domain", "Latest Rating"),
    {
        "Location ID": (),
        "Location Name": (),
        "Care Home?": (),
        "Location Street Address": (),
        "Location Address Line 2": (),
        "Location City": (),
        "Location Post Code": ("Location Postal Code", "Location Postcode"),
        "Location Local Authority": (),
        "Location Region": (),
        "Service / Population Group": (),
        "Domain": (),
        "Latest Rating": (),
        "Publication Date": (),
        "Inherited Rating (Y/N)": (),
        "Provider ID": (),
        "Provider Name": (),
        "Brand ID": (),
        "Brand Name": (),
        "Location Latitude": (),
        "Location Longitude": (),
    },
    ("Location Latitude", "Location Longitude"),
    unread=_UNREAD_OF_RATING,
)
MARKET = Layout(
    "the market view",
    ("Location ID", "Service Types", "Care homes beds", "Service users supported"),
    {
        "Location ID": (),
        "Location Name": (),
        "Location UPRN": (),
        "Location Local Authority": (),
        "Location ADASS Region": (),
        "Service Types": (),
        "Care homes beds": (),
        "Location HSCA start date": (),
        "Location HSCA end date": (),
        "Dormant": (),
        "Location Latest Overall Rating": (),
        "Publication Date": (),
        "Service users supported": (),
        "Provider Name": (),
        "Provider ID": (),
        "Provider HSCA start date": (),
        "Provider Ownership Type": (),
        "Provider Companies House Number": (),
        "Brand Name": (),
        "Brand ID": (),
    },
    unread=_UNREAD_OF_MARKET | PERSONAL,
)
LOCATION_KEY, PROVIDER_KEY = "CQC Location ID (for office use only)", "CQC Provider ID (for office use only)"
WEEKLY = Layout(
    "the weekly directory",
    (LOCATION_KEY, PROVIDER_KEY, "Service types"),
    {
        "Name": (),
        "Address": (),
        "Address 1": (),
        "Address 2": (),
        "Town/City": (),
        "County": (),
        "Postcode": (),
        "Service types": (),
        "Specialisms/services": (),
        "Provider name": (),
        "Local authority": (),
        "Region": (),
        LOCATION_KEY: ("CQC Location (for office use only)",),
        PROVIDER_KEY: ("CQC Provider (for office use only)",),
    },
    ("Address", "Address 1", "Address 2", "Town/City", "County"),
    unread=_UNREAD_OF_WEEKLY | PERSONAL,
)
#: The names of the last columns, which speak of the provider, are not confirmed: any that is not here is reported.
DEACTIVATED = Layout(
    "the deactivated locations",
    ("Location ID", "Location Status", "Location HSCA End Date"),
    {
        "Location ID": (),
        "Location Name": (),
        "Location Status": (),
        "Location HSCA start date": (),
        "Location HSCA End Date": (),
        "Care home?": (),
        "Care homes beds at point location de-activated": ("Care homes beds",),
        "Location Region": (),
        "Location Local Authority": (),
        "Location Latitude": (),
        "Location Longitude": (),
        "Location Street Address": (),
        "Location Address Line 2": (),
        "Location City": (),
        "Location County": (),
        "Location Postal Code": ("Location Post Code", "Location Postcode"),
        "Location UPRN ID": ("Location UPRN",),
        "Location Latest Overall Rating": (),
        "Publication Date": (),
        "Inherited Rating (Y/N)": (),
        "Brand ID": (),
        "Brand Name": (),
        "Provider Companies House Number": (),
        "Provider Charity Number": (),
        "Provider ID": (),
        "Provider Name": (),
        "Provider Ownership Type": (),
    },
    ("Provider Companies House Number", "Provider Charity Number", "Provider Ownership Type"),
    unread=_UNREAD_OF_DEACTIVATED | PERSONAL,
)
RATING_OF_PROVIDERS = Layout("the ratings of providers", ("Provider ID", "Domain", "Latest Rating"), {})
#: The more particular before the more general.
LAYOUTS = (DUAL, DEACTIVATED, RATING, RATING_OF_PROVIDERS, ACTIVE, MARKET, WEEKLY)
#: Columns of a location's row that speak of its provider, read once for each provider.
PROVIDER_COLUMNS = frozenset(name for name in ACTIVE.columns if name.startswith("Provider "))
