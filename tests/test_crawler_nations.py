"""Wales and Northern Ireland: their registers are read, crawled, and planned with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from contingency.assumptions import read_assumptions
from contingency.needs import offer_of
from contingency.plan import Options, make_plan
from contingency.travel import Crow
from crawler.reading import Unreadable
from crawler.refresh import read_published, refresh, replay
from crawler.spiders.rqia import find_workbook
from crawler.tables import SourceChanged
from exercise import build_county, serve
from exercise.sheets import Sheet, write_xlsx
from register.database import open_database
from register.identifiers import rqia_provider_id
from register.intake import RunReport
from register.reading import load_snapshot
from register.records import Fault, LocationRecord, Observation, ProviderRecord
from register.settings import read_settings
from register.snapshot import Snapshot
from register.status import source_states

CASES = Path(__file__).resolve().parent / "cases"
WELSH, IRISH = CASES / "ciw" / "DataExport 2026-05-31.csv", CASES / "rqia" / "Web_Register_31_May_2026.xlsx"
TODAY = date(2026, 6, 1)
COUNTY, THAT_DAY = build_county(20, 3), datetime(2026, 11, 1, 3, tzinfo=UTC)


def read(source: str, path: Path) -> tuple[dict[str, LocationRecord | ProviderRecord], list[Fault]]:
    items = list(read_published(source, path, today=TODAY))
    records = {i.record.id: i.record for i in items if isinstance(i, Observation)}
    return records, [i for i in items if isinstance(i, Fault)]  # type: ignore[return-value]


def home(records: dict[str, LocationRecord | ProviderRecord], identifier: str) -> LocationRecord:
    record = records[identifier]
    assert isinstance(record, LocationRecord)
    return record


def loaded(engine: Engine, source: str, path: Path, day: date = TODAY) -> RunReport:
    report = replay(
        source, path, engine=engine, today=day, learnt=datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    )
    assert report.state == "published", report.reasons
    return report


def test_wales_gives_the_company_number_beside_each_service():
    records, _ = read("ciw", WELSH)
    provider = records["ciw:RIN-90000001-BBBB"]
    assert isinstance(provider, ProviderRecord)
    assert (provider.company, provider.name) == ("gb-coh:09000123", "Invented Care (Wales) Limited")


def test_the_word_none_and_non_breaking_spaces_are_no_values():
    records, _ = read("ciw", WELSH)
    nursing, rest = home(records, "ciw:SIN-90000001-AAAA"), home(records, "ciw:SIN-90000002-AAAA")
    assert (nursing.name, nursing.address) == ("Tŷ Dychmygol Nursing Home", ("1 Invented Road",))
    assert (rest.bands, rest.rating) == (None, None)
    person = records["ciw:RIN-90000002-BBBB"]
    assert isinstance(person, ProviderRecord) and (person.name, person.company) == (None, None)


def test_a_welsh_home_is_rated_by_the_lowest_of_its_four_themes():
    records, _ = read("ciw", WELSH)
    assert home(records, "ciw:SIN-90000001-AAAA").rating == "Requires Improvement"
    assert home(records, "ciw:SIN-90000003-AAAA").rating == "Good"


def test_without_places_the_welsh_file_is_refused_by_the_columns_name(tmp_path):
    path = tmp_path / WELSH.name
    path.write_bytes(WELSH.read_bytes().replace(b"Maximum No. of Places", b"Room"))
    with pytest.raises(Unreadable, match=r"Maximum No\. of Places"):
        read("ciw", path)


def test_two_rows_for_one_home_in_northern_ireland_add_up():
    records, faults = read("rqia", IRISH)
    both = home(records, "rqia:BT15GS-invented-house")
    assert (both.beds, both.service_types) == (59 + 9, ("Nursing (NH)", "Residential (RC)"))
    assert both.bands == ("NH-I", "NH-PH", "NH-PH(E)", "NH-TI", "RC-DE", "RC-I")
    assert "whose places are added: 1" in " ".join(fault.reason for fault in faults)


def test_a_row_that_stands_twice_word_for_word_is_counted_once_and_told():
    records, faults = read("rqia", IRISH)
    assert home(records, "rqia:BT790NS-trust-house").beds == 30
    assert [f.row for f in faults if "word for word" in f.reason] == [6]


def test_where_one_row_does_not_say_how_many_places_nobody_knows_the_sum(tmp_path):
    header = ("ServiceName", "Postcode", "Category", "Max Approved Places", "Categories of Care", "ProviderName")
    rows = [
        header,
        ("Half House", "BT1 5GS", "Nursing (NH)", 20, "NH-I", "Half Ltd"),
        ("Half House", "BT1 5GS", "Residential (RC)", "some", "RC-I", "Half Limited"),
    ]
    path = tmp_path / "register.xlsx"
    write_xlsx([Sheet("Automated_REP019_WebRegister", rows)], path, created=TODAY)
    records, faults = read("rqia", path)
    assert home(records, "rqia:BT15GS-half-house").beds is None
    assert [f.field for f in faults if f.row == 3] == ["Max Approved Places"]


def test_the_open_data_edition_of_northern_irelands_register_gives_the_same_homes(tmp_path):
    names = ("Service Name", "Address Line1", "Address Line2", "Town", "Postcode", "Phone", "Service Type")
    names += ("Max Approved Places", "Categories of Care", "Conditions (As per Certificate)", "Current Manager")
    names += ("Provider", "Last Inspected")
    where, rest = ("1 Invented Road", "", "Belfast", "BT1 5GS", "028 9000 0000"), ("None", "A Person", "Half Ltd", "")
    rows = [
        names,
        ("Half House (020001)", *where, "Nursing Home", 20, "NH-I; NH-PH (E)\nNH-DE", *rest),
        ("Half House (020002)", *where, "Residential Care Home", 5, "RC-I RC-DE", *rest),
    ]
    path = tmp_path / "rqia_registeredservices.xlsx"
    write_xlsx([Sheet("Services", rows)], path, created=TODAY)
    records, faults = read("rqia", path)
    found = home(records, "rqia:BT15GS-half-house")
    assert (found.name, found.beds) == ("Half House", 25)
    assert found.bands == ("NH-DE", "NH-I", "NH-PH(E)", "RC-DE", "RC-I")
    assert not [f for f in faults if "homes in more rows" not in f.reason] and "A Person" not in repr(records)


def test_a_home_keeps_its_made_up_id_while_its_entry_is_tidied():
    records, _ = read("rqia", IRISH)
    assert {i for i in records if i.startswith("rqia:BT15GS")} == {"rqia:BT15GS-invented-house"}
    assert "rqia:BT486DQ-ses-lodge" in records


def test_a_provider_who_is_a_person_keeps_an_id_and_no_name():
    records, _ = read("rqia", IRISH)
    provider = records[home(records, "rqia:BT486DQ-ses-lodge").provider_id or ""]
    assert isinstance(provider, ProviderRecord) and provider.name is None
    assert provider.id.startswith("rqia:P-")


def test_a_row_of_which_nobody_can_tell_whose_it_is_ends_no_home(engine):
    report = loaded(engine, "rqia", IRISH)
    assert sum(delivery.quarantined for delivery in report.deliveries) == 1
    (state,) = source_states(engine, TODAY)
    assert state.partial and "1 rows of the newest lists are in quarantine." in state.issues


def test_the_newest_workbook_is_found_on_rqias_page():
    page = (CASES / "rqia" / "register.html").read_bytes()
    found = find_workbook(page, "https://www.rqia.org.uk/register/")
    assert found == "https://www.rqia.org.uk/media/Web_Register_31_May_2026.xlsx"
    with pytest.raises(SourceChanged, match="register of services"):
        find_workbook(b"<html>nothing</html>", "https://www.rqia.org.uk/register/")


@pytest.mark.parametrize(
    ("path", "identifier", "council", "where"),
    [
        (WELSH, "ciw:SIN-90000001-AAAA", ("W06000015", "Cardiff"), (51.48, -3.18)),
        (IRISH, "rqia:BT15GS-invented-house", ("N09000003", "Belfast"), (54.60, -5.93)),
    ],
)
def test_a_home_in_each_nation_stands_where_its_postcode_is(engine, path, identifier, council, where):
    loaded(engine, path.parent.name, path)
    place = load_snapshot(engine).homes[identifier].current.place
    assert (place.authority, place.authority_name) == council
    assert (place.latitude, place.longitude) == (pytest.approx(where[0], abs=0.02), pytest.approx(where[1], abs=0.02))


def test_a_home_that_is_gone_from_the_next_whole_list_has_ended_and_is_not_called_closed(engine, tmp_path):
    loaded(engine, "ciw", WELSH, date(2026, 5, 31))
    later = tmp_path / "DataExport 2026-06-30.csv"
    lines = WELSH.read_bytes().split(b"\r\n")
    later.write_bytes(b"\r\n".join(line for line in lines if not line.startswith(b"SIN-90000004")))
    loaded(engine, "ciw", later, date(2026, 6, 30))
    gone = load_snapshot(engine).homes["ciw:SIN-90000004-AAAA"]
    assert (gone.status, gone.current.record.deregistered_on) == ("ended, successor unknown", date(2026, 6, 30))


WELSH_ROW = "SIN-{0}-AAAA,Plas {0},Care Home Service,Adults {1} Nursing,{2},CF10 3ND,Cardiff,{3},RIN-{0}-BBBB"
WELSH_HEADER = (
    "Service URN,Service Name,Service Type,Service Sub-Type,Provision For,Service Postcode,Local Authority,"
    "Maximum No. of Places,Provider URN"
)


def planned(engine: Engine, provider: str) -> tuple[int, int]:
    """How many people live in a failed provider's homes, and for how many of them a bed was found."""
    made = make_plan(
        load_snapshot(engine), "provider", [provider], options=Options(travel="crow"),
        assumptions=read_assumptions(), engine=Crow(),
    )  # fmt: skip
    wanted = sum(need.people for need in made.problem.needs)
    return wanted, wanted - sum(one.people for one in made.unplaced)


def test_a_provider_in_wales_can_be_planned_for(engine, tmp_path):
    homes = [("90000001", "With", "Older people; Dementia", 20), ("90000002", "With", "Older people; Dementia", 90),
             ("90000003", "Without", "Learning disability", 90)]  # fmt: skip
    path = tmp_path / "DataExport 2026-05-31.csv"
    path.write_text("\n".join([WELSH_HEADER, *(WELSH_ROW.format(*home) for home in homes)]))
    loaded(engine, "ciw", path)
    people, placed = planned(engine, "ciw:RIN-90000001-BBBB")
    assert 10 < people <= 20
    assert 0 < placed <= 10, "only the empty beds of the other nursing home suit them"


def test_a_provider_in_northern_ireland_can_be_planned_for(engine, tmp_path):
    header = ("ServiceName", "Postcode", "Category", "Max Approved Places", "Categories of Care", "ProviderName")
    rows = [
        header,
        ("First House", "BT1 5GS", "Nursing (NH)", 20, "NH-I, NH-DE", "Failed Homes Limited"),
        ("Second House", "BT1 5GS", "Nursing (NH)", 90, "NH-I, NH-DE", "Other Homes Limited"),
        ("Third House", "BT1 5GS", "Residential (RC)", 90, "RC-LD", "Third Homes Limited"),
    ]
    path = tmp_path / "register 31 May 2026.xlsx"
    write_xlsx([Sheet("Automated_REP019_WebRegister", rows)], path, created=TODAY)
    loaded(engine, "rqia", path)
    people, placed = planned(engine, rqia_provider_id("Failed Homes Limited"))
    assert 10 < people <= 20
    assert 0 < placed <= 10, "only the empty beds of the other nursing home suit them"


@pytest.mark.parametrize(
    ("codes", "clients", "ages"),
    [
        (("NH-I", "NH-DE"), {"older", "dementia"}, {"65+"}),
        (("RC-LD(E)",), {"learning disability"}, {"65+"}),
        (("RC-LD",), {"learning disability"}, {"65+", "18-64"}),
        (("NH-TI",), set(), set()),
    ],
)
def test_rqias_codes_say_whom_a_home_is_for(codes, clients, ages):
    offer = offer_of(LocationRecord(id="rqia:x", care_home=True, service_types=("Nursing (NH)",), bands=codes))
    assert (offer.clients, offer.ages, offer.words_not_understood) == (clients, ages, ())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The county's homes of all four nations, over HTTP."""
    with pytest.MonkeyPatch.context() as patch, serve(COUNTY) as site:
        patch.setenv("LONGSTOP_DATA_DIR", str(tmp_path_factory.mktemp("home")))
        for name, value in site.settings().items():
            patch.setenv(name, value)
        for source in ("cqc_api", "ciw", "rqia"):
            report = refresh(source, settings=read_settings(), today=COUNTY.as_at, learnt=THAT_DAY)
            assert report.state == "published", report.reasons
        return load_snapshot(open_database(read_settings()))


def test_the_county_serves_wales_and_northern_ireland_as_their_regulators_do(crawled: Snapshot):
    nations = {home.current.record.nation for home in crawled.homes.values()}
    assert nations == {"England", "Wales", "Northern Ireland"}
    assert crawled.invented and all(identifier.startswith("exercise:") for identifier in crawled.homes)


def test_a_company_that_runs_homes_in_two_nations_is_one_company(crawled: Snapshot):
    welsh = crawled.providers["exercise:EXW-P9001"]
    same = [p.record.id for p in crawled.providers.values() if p.record.company == welsh.record.company]
    assert len(same) > 1
