"""Which home stands on which title: what is taken, what is left to a person, what is refused, and why."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned

from benchmarks.labelled import county_set
from exercise.county import build_county
from exercise.dirt import ALL_DIRT, DIRT, HELD_OUT
from exercise.land_registry import labels, title_rows
from register.matching import ACCEPTED, Kin, Matching, match
from register.matching.address import near, read_text
from register.matching.evidence import read_weights
from register.matching.kin import kin_of
from register.matching.measured import measure
from register.matching.sides import building_of
from register.matching.wording import _WORDS
from register.records import LocationRecord, Proprietor, TitleRecord

OWN = Kin(("gb-coh:99000001", "gb-coh:99000077"), ("exercise care ltd", "exercise care holdings ltd"))


def a_home(which: str = "1", **fields: object) -> LocationRecord:
    """Zelbury Lodge, 12 Sample Road, Zelbury, unless said otherwise."""
    values: dict[str, object] = {
        "name": "Zelbury Lodge Nursing Home",
        "nation": "England",
        "address": ("12 Sample Road",),
        "town": "Zelbury",
        "postcode": "ZX1 1AB",
    }
    return LocationRecord(id=f"exercise:EX-{which}", **(values | fields))  # type: ignore[arg-type]


def a_title(address: str, postcode: str | None = None, which: str = "1", **fields: object) -> TitleRecord:
    """A freehold of a stranger's, unless said otherwise."""
    values: dict[str, object] = {
        "tenure": "Freehold",
        "proprietors": (Proprietor(name="STRANGER ESTATES LIMITED", number="99000099"),),
    }
    return TitleRecord(
        id=f"ccod:ZZ{which}", title=f"hmlr:ZZ{which}", address=address, postcode=postcode, **(values | fields)
    )  # type: ignore[arg-type]


def outcome(home: LocationRecord, *titles: TitleRecord, kin: Kin = OWN) -> tuple[str, str | None]:
    (trace,) = match([home], titles, {home.id: kin}, ask=False).traces
    return trace.outcome, trace.untraced


@pytest.mark.parametrize(
    ("address", "postcode"),
    [
        ("Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)", "ZX1 1AB"),
        ("ZELBURY LODGE CARE HOME, 12 SAMPLE RD, ZELBURY", None),
        ("12 Sample Road, Zelbury", "ZX1 1AB"),
        ("10-14 Sample Road, Zelbury (ZX11AB)", None),
        ("12, 14 and 16 Sample Road, Zelbury", "ZX1 1AB"),
        ("Zelbury Lodge, Zelbury", "ZX1 1AB"),
        ("12 Sample Road, Zelbury Lodge, Zelbury", None),
        ("The Elms, 12 Sample Road, Zelbury", "ZX1 1AB"),
        ("Land and buildings known as Zelbury Lodge and land adjoining, Sample Road, Zelbury", None),
        ("Zelbruy Lodge Residential Home, 12 Samle Road, Zelbury", "ZX1 1AB"),
        ("No. 12 Sample Road, Zelbury, Velmshire (ZX1 1AB)", None),
        ("The Freehold land shown edged with red on the plan of the above title filed at the Registry and being "
         "Zelbury Lodge, Sample Road, Zelbury (ZX1 1AB)", None),
        ("Land and buildings on the north east side of Sample Road being Zelbury Lodge, Zelbury (ZX1 1AB)", None),
        ("Holmlea (now known as Zelbury Lodge), Sample Road, Zelbury", "ZX1 1AB"),
        ("Zelbury Lodge formerly Holmlea, Sample Road, Zelbury", "ZX1 1AB"),
        ("Zelbury Lodge Old People's Home and car park, Sample Road, Zelbury", "ZX1 1AB"),
        ("Sample Road, 12, Zelbury Lodge, Zelbury", None),
        ("Zel Bury Lodge, 12 Sample Road, Zelbury", None),
        ("All those premises at 12 Sample Road (Zelbury Lodge), Zelbury (part of title ZZ12345)", "ZX1 1AB"),
        ("12 Sample Road, Zelbury (ZX1 1AB) and 4 Model Avenue, Yuzbury (ZX9 9AB)", None),
        ("Zelbury Lodge, 12 Sample Road, Zelbury excluding the mines and minerals", "ZX1 1BA"),
        ("Zelbury Lodge\n12 Sample Road\nZelbury\nUnited Kingdom", None),
    ],
)  # fmt: skip
def test_a_title_written_as_titles_are_is_still_the_homes(address: str, postcode: str | None) -> None:
    assert outcome(a_home(), a_title(address, postcode)) == ("accepted", None)


@pytest.mark.parametrize(
    "address",
    [
        "14 Sample Road, Zelbury (ZX1 1AB)",
        "Flat 3, Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Electricity sub station at Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Land adjoining Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Land lying to the rear of 12 Sample Road, Zelbury (ZX1 1AB)",
        "The Coach House, Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "48 Zelbury Lodge, Sample Road, Zelbury (ZX1 1AB)",
        "Zelbury Grange, Specimen Lane, Zelbury (ZX1 1AB)",
        "Ground Floor Shop, 12 Sample Road, Zelbury (ZX1 1AB)",
        "12 Sample Road, Yuzbury (ZX9 9AB)",
        "All mines and minerals under the land shown edged red on the plan of the title filed at the Registry and "
        "being Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Airspace above Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Telecommunications mast at 12 Sample Road, Zelbury (ZX1 1AB)",
        "Room 12, Zelbury Lodge Nursing Home, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Garden land to Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "Car park adjacent to Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "7 Sample Road, Land adjoinng Zelbury Lodge, Zelbury (ZX1 1AB)",
        "Warden's House, Zelbury Lodge, 12 Sample Road, Zelbury (ZX1 1AB)",
        "New dwelling at the rear of 12 Sample Road, Zelbury (ZX1 1AB)",
    ],
)
def test_what_stands_beside_or_within_a_home_is_not_the_home(address: str) -> None:
    assert outcome(a_home(), a_title(address, address.partition("(")[2].rstrip(")"))) == ("untraced", "no title found")


@pytest.mark.parametrize(
    "address",
    [
        "12B Sample Road, Zelbury (ZX1 1AB)",
        "12 Sample Close, Zelbury",
        "12 Lower Sample Road, Zelbury",
        "Sample Road, Zelbury (ZX1 1AB)",
        "Land at the junction of Sample Road and Model Avenue, Zelbury (ZX1 1AB)",
        "Zelbury Lodge Cottage, Sample Road, Zelbury (ZX1 1AB)",
        "Zelbury Mews, Sample Road, Zelbury (ZX1 1AB)",
        "Rose Cottage, Sample Road, Zelbury (ZX1 1AB)",
        "1-24 Zelbury Apartments, Sample Road, Zelbury (ZX1 1AB)",
        "Zelbury Lodge, Model Avenue, Zelbury",
        "12 Sample Road, Farbury",
    ],
)
def test_what_tells_no_house_or_another_is_at_most_a_question_even_if_the_provider_owns_it(address: str) -> None:
    own = (Proprietor(name="EXERCISE CARE LIMITED", number="99000001"),)
    postcode = address.partition("(")[2].rstrip(")") or None
    for title in (a_title(address, postcode), a_title(address, postcode, proprietors=own)):
        for home in (a_home(), a_home(address=("Sample Road",))):
            if home.address == ("12 Sample Road",) or not address.startswith("12"):
                assert outcome(home, title)[0] != "accepted"


def test_of_homes_with_one_brand_the_name_is_what_follows_it_and_numbered_ones_do_not_share() -> None:
    elms = a_home("1", name="Exercise Trust - The Elms", address=("Sample Road",))
    oaks = a_home("2", name="Exercise Trust - Oakwood", address=("Sample Road",))
    first, second = (a_home(str(n), name=f"Zelbury Path {n}", address=("Sample Road",)) for n in (3, 4))
    titles = [
        a_title("Exercise Trust - Oakwood, Sample Road, Zelbury", "ZX1 1AB", "1"),
        a_title("Zelbury Path 4, Sample Road, Zelbury", "ZX1 1AB", "2"),
    ]
    links = match([elms, oaks, first, second], titles, ask=False).links
    accepted = {(link.location[-1], link.title[-1]) for link in links if link.state == "accepted"}
    assert accepted == {("2", "1"), ("4", "2")}


def test_a_title_that_says_what_kind_of_care_is_its_namesakes_no_longer() -> None:
    nursing = a_home("1", name="Fairview Nursing Home", address=("Sample Road",))
    residential = a_home("2", name="Fairview Residential Home", address=("Sample Road",))
    title = a_title("Fairview Residential, Sample Road, Zelbury", "ZX1 1AB")
    links = match([nursing, residential], [title], ask=False).links
    assert [link.location for link in links if link.state == "accepted"] == [residential.id]
    plain = match([nursing, residential], [a_title("Fairview, Sample Road, Zelbury", "ZX1 1AB")], ask=False).links
    assert {link.location for link in plain if link.state == "accepted"} == {nursing.id, residential.id}
    assert outcome(nursing, title)[0] == "accepted"  # it has no namesake: homes change what they call themselves


@pytest.mark.parametrize(
    "address", ["1 Fairview Cottages, Sample Road, Zelbury", "Fairview School, 1 Sample Road, Zelbury"]
)
def test_other_kinds_of_building_that_bear_a_homes_name_are_not_the_home(address: str) -> None:
    home = a_home(name="Fairview Care Home", address=("1-4 Sample Road",))
    assert outcome(home, a_title(address, "ZX1 1AB"))[0] == "waiting"
    assert outcome(home, a_title("Fairview House, 1 to 4 Sample Road, Zelbury", "ZX1 1AB"))[0] == "accepted"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12 to 16 (even) Sample Road", {"12", "14", "16"}),
        ("12 and 20 Sample Road", {"12", "20"}),
        ("Nos. 3-5 Sample Road", {"3", "5"}),
        ("12 A Sample Road", {"12a"}),
        ("Flats 1 to 9, 12 Sample Road", {"12"}),
        ("Sub-station No. 345, Sample Road", set()),
    ],
)
def test_the_numbers_of_a_text_are_those_of_houses(text: str, numbers: set[str]) -> None:
    assert read_text(text).numbers == numbers


def test_the_provider_as_owner_makes_a_question_of_what_is_otherwise_none() -> None:
    side = "Land and buildings on the north side of Sample Road, Zelbury"
    own = (Proprietor(name="EXERCISE CARE LIMITED", number="99000001"),)
    sister = (Proprietor(name="EXERCISE CARE HOLDINGS LTD"),)
    assert outcome(a_home(), a_title(side)) == ("untraced", "name not matched")
    assert outcome(a_home(), a_title(side, proprietors=own))[0] == "waiting"
    (link,) = match([a_home()], [a_title("12 Sample Road", "ZX1 1AB", proprietors=sister)], {a_home().id: OWN}).links
    assert "the owner is of the provider's group" in link.reason


def test_freehold_and_lease_of_one_building_are_both_the_homes() -> None:
    freehold = a_title("Zelbury Lodge, 12 Sample Road, Zelbury", "ZX1 1AB")
    own = (Proprietor(name="EXERCISE CARE LIMITED", number="99000001"),)
    lease = a_title("12 Sample Road, Zelbury (ZX1 1AB)", None, "2", tenure="Leasehold", proprietors=own)
    matching = match([a_home()], [lease, freehold], {a_home().id: OWN}, ask=False)
    assert [(link.title, link.state) for link in matching.links] == [("hmlr:ZZ1", "accepted"), ("hmlr:ZZ2", "accepted")]
    assert matching.traces[0].outcome == "accepted"


def test_each_reason_for_not_knowing_is_told_apart() -> None:
    own = (Proprietor(name="EXERCISE CARE LIMITED", number="99000001"),)
    lease = a_title("Zelbury Lodge, 12 Sample Road, Zelbury", "ZX1 1AB", tenure="Leasehold", proprietors=own)
    alone = Kin((), ("alex sample",), excluded="The provider is an individual.")
    assert outcome(a_home(), lease) == ("untraced", "lease chain broken")
    assert outcome(a_home()) == ("untraced", "no title found")
    assert outcome(a_home(), kin=alone) == ("untraced", "owner excluded from the data")
    assert outcome(a_home(nation="Scotland"), lease) == ("untraced", "nation not covered")
    assert outcome(a_home(), a_title("Sample Road, Zelbury", "ZX1 1AB"))[0] != "accepted"
    assert outcome(a_home(), a_title("Land and buildings on the west side of Sample Road, Zelbury"))[1] == (
        "name not matched"
    )


def test_one_title_is_of_one_of_two_homes_unless_it_names_both_or_they_share_a_building() -> None:
    lodge, court = a_home("1"), a_home("2", name="Zelbury Court", address=("4 Model Avenue",), postcode="ZX1 2AB")
    both = a_title("Zelbury Lodge, 12 Sample Road and Zelbury Court, 4 Model Avenue, Zelbury", schedule=True)
    one = a_title("Zelbury Court, 4 Model Avenue, Zelbury", "ZX1 2AB", "2")
    found = {(link.location[-1], link.title[-1]) for link in match([lodge, court], [both, one], ask=False).links}
    assert found == {("1", "1"), ("2", "1"), ("2", "2")}
    upstairs = a_home("3", name="Zelbury Suite", uprn="99")
    downstairs = a_home("1", uprn="99")
    shared = match([downstairs, upstairs], [a_title("12 Sample Road, Zelbury", "ZX1 1AB")], ask=False)
    assert {link.location for link in shared.links if link.state == "accepted"} == {downstairs.id, upstairs.id}


def test_a_title_in_both_lists_is_one_and_one_taken_out_is_none() -> None:
    here = a_title("Zelbury Lodge, 12 Sample Road, Zelbury", "ZX1 1AB")
    own = (Proprietor(name="EXERCISE CARE LIMITED", number="99000001"),)
    abroad = TitleRecord(id="ocod:ZZ1", title="hmlr:ZZ1", address=here.address, postcode="ZX1 1AB", proprietors=own)
    (link,) = match([a_home()], [abroad, here], {a_home().id: OWN}, ask=False).links
    assert link.id == "link:exercise:EX-1/ZZ1"
    gone = a_title("Zelbury Lodge, 12 Sample Road, Zelbury", "ZX1 1AB", removed_on=date(2026, 10, 1))
    assert outcome(a_home(), gone) == ("untraced", "no title found")


@pytest.mark.parametrize(("seed", "kinds"), [(11, DIRT), (12, HELD_OUT), (13, ALL_DIRT)], ids=("tuned", "held", "all"))
def test_links_taken_by_rule_are_right_and_nearly_all_are_taken(seed: int, kinds: dict[str, object]) -> None:
    labelled = county_set(300, seed, frozenset(kinds))
    matching = match(labelled.homes, labelled.titles, labelled.kin, ask=False)
    (found,) = measure(matching.claims, labelled.labels, [ACCEPTED])
    assert found.precision is not None and found.precision >= 0.99
    assert found.recall is not None and found.recall >= 0.90


@pytest.fixture(scope="module")
def asked() -> tuple[Matching, Matching]:
    """One labelled set matched twice, its homes and titles in another order the second time."""
    labelled = county_set(60, 3, frozenset(ALL_DIRT))
    homes, titles = list(labelled.homes), list(labelled.titles)
    first = match(homes, titles, labelled.kin)
    Random(1).shuffle(homes)
    Random(2).shuffle(titles)
    return first, match(homes, titles, labelled.kin)


def test_the_order_of_homes_and_titles_makes_no_difference(asked: tuple[Matching, Matching]) -> None:
    assert asked[0] == asked[1]


def test_every_home_has_an_outcome_and_outcomes_add_up(asked: tuple[Matching, Matching]) -> None:
    traces = asked[0].traces
    assert len(traces) == len({trace.location for trace in traces}) == 60
    counts = Counter((trace.outcome, trace.untraced) for trace in traces)
    assert sum(counts.values()) == 60
    assert all((trace.outcome == "untraced") == (trace.untraced is not None) for trace in traces)
    accepted = {link.location for link in asked[0].links if link.state == "accepted"}
    assert {t.location for t in traces if t.outcome == "accepted"} <= accepted


def test_what_is_in_doubt_was_asked_of_the_trained_model_and_says_so(asked: tuple[Matching, Matching]) -> None:
    levels = Counter(claim.evidence.levels["model"] for claim in asked[0].claims)
    assert levels["not asked"] and sum(levels.values()) > levels["not asked"]
    assert all("uk-address-matcher 1" in link.method for link in asked[0].links)


def test_every_level_that_weighs_is_put_into_words_or_says_nothing() -> None:
    for aspect, levels in read_weights().aspects.items():
        for level, bits in levels.items():
            assert level in _WORDS[aspect] or abs(bits) <= 0.5, (aspect, level)
        assert not set(_WORDS[aspect]) - set(levels)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=12), st.data())
def test_one_slip_of_the_pen_leaves_a_word_recognised(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("abcxyz"))
    for slipped in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ):
        assert near(word, slipped) and near(slipped, word)


@given(st.text(max_size=80))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    read_text(text)
    match([a_home(name=text, address=(text,), town=text)], [a_title(text)], ask=False)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Fairview Residential Care Home", ("fairview",)),
        ("The Old Rectory Nursing Home Limited", ("old", "rectory")),
        ("12 Sample Road", ()),
        ("Sample Road", ()),
        ("Exercise Group - Fairview", ("exercise", "group")),
        ("Zelbury Nursing Home", ("zelbury", "nursing", "home")),
    ],
)
def test_the_name_of_a_home_is_what_is_left_without_its_endings_street_and_town(
    name: str, core: tuple[str, ...]
) -> None:
    assert building_of(a_home(name=name)).name == core


def test_the_group_of_a_provider_is_whoever_is_under_one_majority_with_it() -> None:
    # 1 runs home 1; 2 holds it and, through 3, its sister 4; 5 holds only a quarter.
    snapshot = owned(held(1, 2), held(3, 2), held(4, 3), held(1, 5, "quarter"))
    (kin,) = kin_of(snapshot).values()
    assert kin.companies == (number(1), number(2), number(3), number(4))


def test_the_same_county_has_the_same_titles_and_a_later_month_changes_few() -> None:
    county = build_county(30, 4)
    rows = title_rows(county)
    assert rows == title_rows(build_county(30, 4))
    later = {row.number: row for row in title_rows(county.later())}
    assert sum(later.get(row.number) != row for row in rows) < len(rows) / 5
    assert labels(rows) and all(row.homes == () for row in rows if row.number.startswith("ZW"))
