"""England: what CQC's API and files say, in recorded cases and in the real data."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.cqc_layouts import ACTIVE
from crawler.cqc_lists import ListRead, parse_list
from crawler.reading import Unreadable
from crawler.refresh import read_published, replay
from crawler.spiders.cqc_directory import find_files
from crawler.tables import SourceChanged
from register.reading import load_snapshot
from register.records import Delivery, Fault, LocationRecord, Observation, ProviderRecord

CASES = Path(__file__).resolve().parent / "cases"
TODAY = date(2026, 6, 1)
HSCA = "05_May_2026_HSCA_Active_Locations.csv"


class Read:
    """What a file or folder gave, sorted out."""

    def __init__(self, source: str, path: Path, today: date = TODAY, as_at: date | None = None) -> None:
        items = list(read_published(source, path, today=today, as_at=as_at))
        self.lists = {d.feed: d for d in items if isinstance(d, Delivery)}
        self.faults = [f for f in items if isinstance(f, Fault)]
        seen = [o for o in items if isinstance(o, Observation)]
        self.locations = {o.record.id: o.record for o in seen if isinstance(o.record, LocationRecord)}
        self.providers = {o.record.id: o.record for o in seen if isinstance(o.record, ProviderRecord)}
        self.digests = {(o.feed, o.record.id): o.raw_digest for o in seen}
        self.homes = [r for r in self.locations.values() if r.care_home]


@pytest.fixture(scope="module")
def api() -> Read:
    return Read("cqc_api", CASES / "cqc_api")


@pytest.fixture(scope="module")
def active() -> Read:
    return Read("cqc_directory", CASES / "cqc_directory" / HSCA)


def test_a_home_that_changed_hands_is_two_registrations_with_a_link_each_way(api):
    before, after = api.locations["cqc:1-9000000001"], api.locations["cqc:1-9000000002"]
    assert [(link.kind, link.id) for link in before.links] == [("successor", after.id)]
    assert [(link.kind, link.id) for link in after.links] == [("predecessor", before.id)]
    assert (before.deregistered_on, after.registered_on) == (date(2011, 11, 18), date(2011, 10, 31))


def test_a_rating_that_another_registration_earned_is_marked_as_inherited(api):
    assert api.locations["cqc:1-9000000002"].rating_inherited is True
    assert api.locations["cqc:1-9000000002"].rating == "Requires Improvement"


def test_the_rating_of_the_care_home_service_counts_and_not_that_of_its_homecare(api):
    assert (api.locations["cqc:1-9000000004"].rating, api.locations["cqc:1-9000000004"].rated_on) == (
        "Good",
        date(2025, 2, 3),
    )


def test_a_damaged_field_is_unknown_never_zero(api):
    home = api.locations["cqc:1-9000000004"]
    assert (home.beds, home.uprn, home.postcode, home.latitude, home.registered_on) == (None,) * 5
    fields = {f.field for f in api.faults if f.record_id == home.id}
    assert fields == {"numberOfBeds", "uprn", "postalCode", "onspdLatitude", "registrationDate"}


def test_a_company_number_gets_back_the_zero_that_a_spreadsheet_dropped(api):
    assert api.providers["cqc:1-9000000101"].company == "gb-coh:01234567"
    assert api.providers["cqc:1-9000000102"].company == "gb-coh:IP19999R"


def test_an_individual_keeps_an_id_and_no_name(api):
    individual = api.providers["cqc:1-9000000103"]
    assert (individual.ownership_type, individual.name, individual.postcode) == ("Individual", None, None)


def test_a_list_that_is_filtered_or_not_fetched_in_full_is_not_whole(tmp_path, api):
    assert api.lists["cqc_api/locations"].complete
    folder = tmp_path / "api"
    shutil.copytree(CASES / "cqc_api", folder)
    (folder / "locations" / "1-9000000003.json").unlink()
    read = Read("cqc_api", folder)
    assert not read.lists["cqc_api/locations"].complete
    assert read.lists["cqc_api/providers"].complete
    assert [f.record_id for f in read.faults if f.loses_row] == ["cqc:1-9000000003"]
    listed = json.loads((folder / "providers.json").read_text())
    listed["firstPageUri"] += "&localAuthority=Oldham"
    (folder / "providers.json").write_text(json.dumps(listed))
    assert not Read("cqc_api", folder).lists["cqc_api/providers"].complete


def test_a_total_that_does_not_agree_means_that_the_list_is_not_whole():
    page = {"total": 3, "page": 1, "totalPages": 1, "locations": [{"locationId": "1-9000000001"}]}
    harvested = ListRead()
    assert harvested.add(parse_list(json.dumps(page).encode(), "locations", "x")) == ["1-9000000001"]
    assert not harvested.whole


@pytest.mark.parametrize(
    "body", [b"", b"<html>log in</html>", b"[]", b'{"providers": []}', b'{"locations": [{"x": 1}]}']
)
def test_an_answer_that_is_no_list_is_refused(body):
    with pytest.raises(SourceChanged):
        parse_list(body, "locations", "the list")


def test_the_same_record_laid_out_otherwise_has_the_same_digest(tmp_path, api):
    lines = []
    for file in sorted((CASES / "cqc_api").glob("*s/*.json")):
        record = json.loads(file.read_text())
        lines.append(json.dumps(dict(reversed(record.items())), separators=(",", ":")))
    (tmp_path / "records.jsonl").write_text("\n".join(lines))
    again = Read("cqc_api", tmp_path / "records.jsonl")
    assert again.digests == api.digests
    assert again.locations == api.locations


def test_a_broken_record_is_held_back_by_its_id_and_the_others_are_read(tmp_path):
    folder = tmp_path / "api"
    shutil.copytree(CASES / "cqc_api", folder)
    (folder / "locations" / "1-9000000002.json").write_text('{"locationId": "1-9000000002", ')
    read = Read("cqc_api", folder)
    assert len(read.locations) == 3
    assert [f.record_id for f in read.faults if f.loses_row] == ["cqc:1-9000000002"]
    assert not read.lists["cqc_api/locations"].complete


def test_the_newest_file_of_each_kind_is_found_on_the_page():
    page = (CASES / "cqc_directory" / "using-cqc-data.html").read_bytes()
    found = find_files(page, "https://www.cqc.org.uk/about-us/transparency/using-cqc-data")
    base = "https://www.cqc.org.uk/system/files/2026-05"
    assert found == {
        "active locations": f"{base}/05_May_2026_HSCA_Active_Locations.csv",
        "latest ratings": f"{base}/01_May_2026_Latest_ratings.csv",
        "deactivated locations": f"{base}/06_May_2026_Deactivated_Locations.csv",
        "weekly directory": f"{base}/13_May_2026_CQC_directory.csv",
    }
    with pytest.raises(SourceChanged, match="active locations"):
        find_files(b"<html><a href='/login'>log in</a></html>", "https://www.cqc.org.uk/x")


def test_of_one_file_in_two_forms_the_plain_one_is_fetched_and_a_broken_link_is_passed_over():
    names = ("13_May_2026_CQC_directory.csv", "13_May_2026_CQC_directory.zip", "05_May_2026_HSCA_Active_Locations.ods")
    hrefs = (*names, "http://[x/06_May_2026_HSCA_Active_Locations.ods", "tel:0300", "mailto:a@b.example")
    page = "".join(f'<a href="{href}">x</a>' for href in hrefs).encode()
    found = find_files(page, "https://www.cqc.org.uk/x/")
    assert found["weekly directory"].endswith(".csv") and found["active locations"].endswith(names[2])


def test_the_active_locations_are_a_whole_list_of_its_day(active):
    delivery = active.lists["cqc_directory/locations"]
    assert (delivery.as_at, delivery.complete) == (date(2026, 5, 5), True)
    home = active.locations["cqc:1-9000000002"]
    assert (home.beds, home.bands, home.uprn) == (60, ("Dementia", "Older People"), None)
    assert home.service_types == ("Care home service with nursing",)
    assert [f.record_id for f in active.faults if f.loses_row] == [None]


def test_the_primary_of_two_registrations_of_one_home_is_known():
    dual = Read("cqc_directory", CASES / "cqc_directory" / "05_May_2026_Dual_Registration_Locations.csv")
    first, second = dual.locations["cqc:1-9000000005"], dual.locations["cqc:1-9000000006"]
    assert (first.dual_with, first.dual_primary) == (second.id, True)
    assert (second.dual_with, second.dual_primary) == (first.id, False)


def test_the_later_overall_rating_is_followed_and_a_service_rating_where_there_is_none():
    read = Read("cqc_directory", CASES / "cqc_directory" / "01_May_2026_Latest_ratings.csv")
    assert read.locations["cqc:1-9000000002"].rating == "Good"
    assert read.locations["cqc:1-9000000005"].rating == "Outstanding"


def changed(tmp_path: Path, was: str, now: str, name: str = HSCA) -> Path:
    text = (CASES / "cqc_directory" / HSCA).read_text("utf-8")
    assert was in text
    path = tmp_path / name
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("column", ACTIVE.keys)
def test_without_a_key_column_nothing_is_published_and_the_column_is_named(tmp_path, column):
    with pytest.raises(Unreadable, match="05_May_2026") as refused:
        Read("cqc_directory", changed(tmp_path, column, "Renamed beyond recognition"))
    assert column in str(refused.value)


def test_a_renamed_optional_column_is_told_and_the_rest_is_read(tmp_path):
    read = Read("cqc_directory", changed(tmp_path, "Location City", "Location Settlement"))
    assert read.locations["cqc:1-9000000002"].town is None
    assert {"Location City", "Location Settlement"} <= {f.field for f in read.faults if not f.loses_row}


def test_a_file_whose_name_and_words_give_different_days_is_refused(tmp_path):
    text = (CASES / "cqc_directory" / "13_May_2026_CQC_directory.csv").read_text("utf-8")
    (tmp_path / "20_May_2026_CQC_directory.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=r"2026-05-13.*2026-05-20"):
        Read("cqc_directory", tmp_path)
    assert Read("cqc_directory", tmp_path, as_at=TODAY).lists["cqc_directory/weekly"].as_at == TODAY


def test_every_real_record_of_oldham_is_read(shared_data):
    oldham = Read("cqc_api", shared_data / "cqc" / "api_oldham_2025", today=date(2025, 9, 1))
    assert (len(oldham.locations), len(oldham.providers), oldham.faults) == (451, 20, [])
    beds = Counter[str]()
    for home in oldham.homes:
        beds[home.status] += home.beds
    assert (len(oldham.homes), beds) == (87, {"Registered": 1574, "Deregistered": 1934})
    assert not oldham.lists["cqc_api/locations"].complete, "one council is not England"
    assert oldham.locations["cqc:1-135286954"].links[0].id == "cqc:1-319143351"


def test_every_real_home_of_devon_and_somerset_is_read(shared_data):
    read = Read("cqc_api", shared_data / "cqc" / "api_devon_somerset_2021-01.jsonl.gz")
    assert (len(read.homes), sum(home.beds for home in read.homes), read.faults) == (728, 19_124, [])
    assert read.lists["cqc_api/locations"].as_at == date(2021, 1, 1)


def test_every_rated_home_of_england_is_read_with_beds_unknown(shared_data):
    read = Read("cqc_directory", shared_data / "cqc" / "ratings_england_2021-02.csv.gz")
    assert (len(read.homes), len(read.providers), read.faults) == (14_840, 7_253, [])
    assert {home.beds for home in read.homes} == {None}
    assert sum(home.latitude is not None for home in read.homes) == 14_808
    assert not read.lists["cqc_directory/ratings"].complete, "a file with coordinates is not as CQC published it"


def test_first_rows_of_other_exports_are_read_and_close_nothing(shared_data):
    market = Read("cqc_directory", shared_data / "cqc" / "locations_export_2025-08.csv")
    assert (len(market.locations), len(market.homes), sum(home.beds for home in market.homes)) == (999, 495, 9_295)
    stray = [f for f in market.faults if f.field == "Service Types"]
    assert len(stray) == 2, "two supported living services have beds and are no care homes"
    weekly = Read("cqc_directory", shared_data / "cqc" / "directory_export_2025-08.csv")
    assert (len(weekly.locations), len(weekly.homes), len(weekly.providers)) == (329, 15, 400)
    assert not any(delivery.complete for read in (market, weekly) for delivery in read.lists.values())


def test_a_deactivated_location_gives_the_day_on_which_its_registration_ended_and_no_closure(engine):
    for file in ("05_May_2026_HSCA_Active_Locations.csv", "06_May_2026_Deactivated_Locations.csv"):
        report = replay(
            "cqc_directory", CASES / "cqc_directory" / file, engine=engine, today=date(2026, 6, 1),
            learnt=datetime(2026, 6, 1, 3, tzinfo=UTC), shown=False,
        )  # fmt: skip
        assert report.state == "published", report.reasons
    snapshot = load_snapshot(engine)
    sold, gone = (snapshot.homes[snapshot.home_of[f"cqc:1-90000000{n}"]] for n in ("01", "11"))
    assert (sold.current.id, sold.status) == ("cqc:1-9000000002", "open"), "it was sold, and is open"
    assert sold.registrations[0].record.deregistered_on == date(2011, 11, 18)
    assert (gone.status, gone.current.record.deregistered_on) == ("ended, successor unknown", date(2026, 4, 30))


def test_of_a_deactivated_surgery_neither_name_nor_address_is_kept():
    read = Read("cqc_directory", CASES / "cqc_directory" / "06_May_2026_Deactivated_Locations.csv")
    surgery = read.locations["cqc:1-9000000012"]
    assert (surgery.care_home, surgery.name, surgery.address, surgery.postcode) == (False, None, None, None)
    assert [f.field for f in read.faults] == ["Provider Something New"]
