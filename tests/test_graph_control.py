"""Chains of ownership: intervals all the way, rings told once, and every chain ends in a stated way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

import networkx as nx  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_ownership import held, number, owned

from graph.control import Chain, chains_above, ultimate_owners
from graph.endings import END_KINDS
from graph.groups import RULES, UnknownRule, groups_by
from graph.natures import Share
from graph.ownership import build_network
from register.records import CompanyRecord, ProviderRecord
from register.snapshot import Control, Snapshot

HOME = "exercise:EX-1"


def chains(snapshot: Snapshot, node: str = HOME, rule: str = "psc25") -> tuple[Chain, ...]:
    return chains_above(build_network(snapshot), node, rule).chains  # type: ignore[arg-type]


def test_the_share_at_the_end_of_a_chain_is_an_interval():
    (chain,) = chains(owned(held(1, 2, "most"), held(2, "Alex", "quarter", "person")))
    assert chain.economic == Share(0.1875, 0.5, above=True)
    assert [tie.kind for tie in chain.ties] == ["operates", "registered", "controls", "controls"]
    assert (chain.depth, chain.controlled, chain.ending.kind) == (2, False, "person")


def test_a_chain_with_a_link_of_no_stated_share_has_no_stated_share():
    (chain,) = chains(owned(held(1, 2, "influence"), held(2, "Alex", "most", "person")))
    assert chain.economic is None
    assert not chain.controlled


def test_an_owner_by_two_ways_stands_in_two_chains_and_the_shares_are_not_added():
    both = [held(1, 2, "quarter"), held(1, "Alex", "quarter", "person"), held(2, "Alex", "most", "person")]
    found = chains(owned(*both))
    assert [str(chain.economic) for chain in found] == ["over 18.75 % to 50 %", "over 25 % to 50 %"]
    assert len({chain.ending.node for chain in found}) == 1


@pytest.mark.parametrize(
    ("control", "kind", "words"),
    [
        (held(1, "Alex", "most", "person"), "person", "named"),
        (held(1, "x", kind="exempt", exemptions=("psc-exempt-as-trading-on-uk-regulated-market 2018-04-01/..",)),
         "listed company", "uk-regulated"),
        (held(1, "x", kind="secret", ceased=False), "protected", "by law"),
        (held(1, "x", kind="statement", statement="psc-exists-but-not-identified"), "untraced", "not-identified"),
        (held(1, "Borough Council", kind="legal", legal_form="Local Authority"), "council", "borough"),
        (held(1, "Ministry", kind="legal", legal_form="Government Department"), "state", "ministry"),
        (held(1, "Skyfall", kind="body", legal_form="Limited Partnership", country_registered="Cayman Islands"),
         "fund or partnership", "Cayman Islands"),
        (held(1, "Family", kind="body", legal_form="Trust", country_registered="Guernsey"), "trust", "Guernsey"),
        (held(1, "Propco", kind="body", country_registered="Jersey"), "untraced", "Jersey"),
        (held(1, 2), "not in the data", "live companies"),
    ],
)  # fmt: skip
def test_every_chain_ends_in_a_stated_way(control: Control, kind: str, words: str):
    (chain,) = chains(owned(control))
    assert chain.ending.kind == kind
    assert words in chain.ending.reason
    assert chain.ending.offshore == any(place in chain.ending.reason for place in ("Cayman", "Guernsey", "Jersey"))


def test_a_provider_without_a_company_ends_by_what_the_regulator_says_of_it():
    def ending(**fields: str) -> str:
        record = ProviderRecord(id="exercise:EXP-1", **fields)  # type: ignore[arg-type]
        return chains(owned(providers=[record]))[0].ending.kind

    assert ending(name="Velmbury Council (invented)") == "council"
    assert ending(ownership_type="Individual") == "person"
    assert ending(ownership_type="Partnership") == "fund or partnership"
    assert ending(charity="9900001") == "charity"
    assert ending(name="Exercise NHS Foundation Trust") == "state"
    assert ending(name="Exercise Homes") == "untraced"


@pytest.mark.parametrize(
    ("name", "form", "law", "country", "kind"),
    [
        ("Crown Care Holdings Limited", "Limited Company", "Companies (Jersey) Law 1991", "Jersey", "untraced"),
        ("Exercise Holdings LLC", "Limited Liability Company", "State of Delaware", "Delaware", "untraced"),
        ("Exercise Care Corp", "Corporation", "Government of Jersey", "Jersey", "untraced"),
        ("Sovereign Exercise Partners LLP", "Limited Liability Partnership", "", "", "fund or partnership"),
        ("Treasury Exercise", "Private Limited Company", "Ireland", "Ireland", "untraced"),
        ("Church Street Exercise Ltd", "", "", "Guernsey", "untraced"),
        ("Borough Road Exercise Investments", "", "", "British Virgin Islands", "untraced"),
        ("The Exercise Care Partnership Limited", "", "", "Guernsey", "untraced"),
        ("Exercise Trust Inns Ltd", "", "", "Isle of Man", "untraced"),
        ("Exercise Family Trustees Limited", "", "", "Jersey", "trust"),
        ("Exercise Property Fund", "Limited Partnership", "", "Guernsey", "fund or partnership"),
        ("State of Exercise", "Government", "", "", "state"),
        ("Secretary of State for Exercise", "Corporation Sole", "", "England", "state"),
        ("Exercise County Council", "Corporation", "Local Government Act 1972", "England", "council"),
        ("Comhairle nan Exercise", "Local Authority", "", "Scotland", "council"),
        ("Exercise Parochial Church Council", "", "", "England", "charity"),
    ],
)
def test_a_body_is_what_its_form_says_before_what_its_name_sounds_like(
    name: str, form: str, law: str, country: str, kind: str
):
    filed = {"name": name, "legal_form": form or None, "legal_authority": law or None}
    (chain,) = chains(owned(held(1, "x", kind="body", country_registered=country or None, **filed)))
    assert chain.ending.kind == kind


def test_a_provider_is_what_the_regulator_registered_it_as_before_what_its_name_sounds_like():
    def ending(name: str, form: str) -> str:
        record = ProviderRecord(id="exercise:EXP-1", name=name, ownership_type=form)
        return chains(owned(providers=[record]))[0].ending.kind

    assert ending("Crown Lodge", "Partnership") == "fund or partnership"
    assert ending("Robin Borough", "Individual") == "person"
    assert ending("Crown House Treasury Homes", "Organisation") == "untraced"
    assert ending("London Borough of Exercise", "Organisation") == "council"
    assert ending("Exercise Health and Social Care Trust", "Organisation") == "state"
    assert ending("Exercise Homes", "NHS Body") == "state"


def test_a_provider_of_whom_no_list_says_more_ends_a_chain_and_breaks_nothing():
    snapshot = replace(owned(held(1, 2)), providers={})
    (chain,) = chains(snapshot)
    assert (chain.ending.kind, chain.ending.node) == ("not in the data", "exercise:EXP-1")
    assert ultimate_owners(build_network(snapshot))[HOME] == {chain.ending}


def test_before_registers_of_control_were_kept_nothing_is_said_to_be_missing_from_one():
    company = CompanyRecord(id=number(1), name="Exercise", category="Private Limited Company")
    later = owned(held(1, "Alex", "most", "person", notified_on=date(2016, 4, 6)), companies=[company])
    assert [chain.ending.kind for chain in chains(replace(later, on=date(2016, 4, 6)))] == ["person"]
    (chain,) = chains(replace(later, on=date(2016, 4, 5)))
    assert chain.ending.kind == "not in the data"
    assert "before 6 April 2016" in chain.ending.reason


def test_a_charity_is_an_end_whoever_appoints_its_trustees():
    record = ProviderRecord(id="exercise:EXP-1", name="Exercise", company=number(1), charity="9900001")
    found = chains(owned(held(1, "Alex", "influence", "person"), held(3, 1), providers=[record]))
    assert {chain.ending.kind for chain in found} == {"charity", "person"}


def test_a_company_that_is_dissolved_is_not_called_live():
    company = CompanyRecord(id=number(2), name="Exercise", category="Private Limited Company", status="dissolved")
    (chain,) = chains(owned(held(1, 2), companies=[company]))
    assert chain.ending.reason.startswith("dissolved:")


def test_a_society_belongs_to_its_members_and_a_company_without_an_entry_is_untraced():
    def ending(category: str) -> str:
        company = CompanyRecord(id=number(2), name="Exercise", category=category)
        return chains(owned(held(1, 2), companies=[company]))[0].ending.kind

    assert ending("Registered Society") == "members"
    assert ending("Charitable Incorporated Organisation") == "charity"
    assert ending("Limited Partnership") == "fund or partnership"
    assert ending("Private Limited Company") == "untraced"


def test_without_lists_of_companies_nothing_is_said_to_be_untraced():
    (chain,) = chains(owned())
    assert (chain.ending.kind, chain.ending.node) == ("not in the data", number(1))


def test_a_declaration_of_change_is_no_gap_and_a_link_that_ended_is_no_link():
    told = held(1, "x", kind="statement", statement="no-change-beneficial-owner-relevant-period")
    past = held(1, "Past", "most", "person", ceased_on=date(2021, 12, 13), notified_on=date(2016, 4, 6))
    now = held(1, "Now", "most", "person", notified_on=date(2021, 12, 13))
    snapshot = owned(told, past, now)
    assert [chain.ties[-1].holder for chain in chains(snapshot)] == [now.party.id]
    assert [chain.ties[-1].holder for chain in chains(replace(snapshot, on=date(2020, 1, 1)))] == [past.party.id]


def test_a_ring_is_told_once_and_ends():
    snapshot = owned(held(1, 2), held(2, 3), held(3, 2, "half"))
    network = build_network(snapshot)
    found = chains_above(network, HOME)
    assert found.cycles == ((number(2), number(3)),)
    assert [(chain.ending.kind, chain.ending.node) for chain in found.chains] == [("untraced", number(2))]


def test_a_ring_that_somebody_outside_holds_leads_to_them():
    found = chains(owned(held(1, 2), held(2, 1, "quarter"), held(2, "Alex", "half", "person")))
    assert {chain.ending.kind for chain in found} == {"person"}


def test_companies_that_all_hold_each_other_are_not_followed_for_ever():
    everybody = range(1, 16)
    crosswise = [held(one, other, "quarter") for one in everybody for other in everybody if one != other]
    network = build_network(owned(*crosswise, held(1, "Alex", "quarter", "person")))
    found = chains_above(network, HOME)
    assert found.cut
    assert {chain.ending.kind for chain in found.chains} == {"person"}
    assert {ending.kind for ending in ultimate_owners(network)[HOME]} == {"person"}


def test_a_company_that_names_itself_is_a_ring():
    network = build_network(owned(held(1, 1)))
    found = chains_above(network, HOME)
    assert (found.cycles, len(found.chains)) == (((number(1),),), 1)


def test_more_than_half_is_followed_and_a_quarter_is_not():
    snapshot = owned(held(1, 2, "most"), held(2, 3, "half"), held(3, "Alex", "quarter", "person"))
    (chain,) = chains(snapshot, rule="control50")
    assert (chain.ending.kind, chain.ending.node) == ("untraced", number(3))
    assert "more than half" in chain.ending.reason
    assert chain.controlled


def test_the_rules_give_different_groups_side_by_side():
    snapshot = owned(
        held(1, 9, "most"), held(2, 9, "half"), held(3, 9, "quarter"), held(9, "Alex", "most", "person"),
        held(4, "Alex", "influence", "person"),
        runs=[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)],
        brands={1: "A", 5: "A"},
    )  # fmt: skip
    network = build_network(snapshot)
    homes = {rule: sorted([h.rpartition("-")[2] for h in g.homes] for g in groups_by(network, rule)) for rule in RULES}
    assert homes == {
        "brand": [["1", "5"]],
        "control50": [["1", "2"], ["3"], ["4"], ["5"]],
        "psc25": [["1", "2", "3", "4"], ["5"]],
        "affiliated": [["1", "2", "3", "4"], ["5"]],
    }
    with pytest.raises(UnknownRule, match="choose brand, control50, psc25, affiliated"):
        groups_by(network, "family")


LINKS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.one_of(st.integers(1, 6), st.sampled_from(["Alex", "Robin", "secret"])),
        st.sampled_from(["quarter", "half", "most", "influence"]),
    ),
    max_size=10,
)
RULE = st.sampled_from(["psc25", "control50"])


def entries(links: list[tuple[int, int | str, str]]) -> list[Control]:
    return [
        held(company, by, share, "company" if isinstance(by, int) else "secret" if by == "secret" else "person")
        for company, by, share in links
    ]


@given(LINKS, RULE)
def test_every_walk_ends_and_comes_to_the_same_owners_as_the_quick_way(links: list, rule: str):
    network = build_network(owned(*entries(links)))
    quick = ultimate_owners(network, rule)  # type: ignore[arg-type]
    for node in network:
        found = chains_above(network, node, rule, most=100_000)  # type: ignore[arg-type]
        assert not found.cut
        assert found.chains
        assert {chain.ending for chain in found.chains} == quick[node]
        for chain in found.chains:
            assert chain.ending.kind in END_KINDS
            holders = [tie.holder for tie in chain.ties]
            assert len(set(holders)) == len(holders)
            assert [tie.held for tie in chain.ties[1:]] == holders[:-1]
            if chain.economic is not None:
                assert 0 <= chain.economic.minimum <= chain.economic.maximum <= 1
            if rule == "control50":
                assert chain.controlled


#: What a share is, written down again without the code under test: exact fractions, and whether it is a majority.
BANDS = {
    "quarter": (Fraction(1, 4), Fraction(1, 2), False),
    "half": (Fraction(1, 2), Fraction(3, 4), True),
    "most": (Fraction(3, 4), Fraction(1), True),
}
Path = tuple[tuple[int | str, ...], tuple[Fraction, Fraction] | None]


def every_path(links: set[tuple[int, int | str, str]], path: tuple[int | str, ...], share: object) -> Iterator[Path]:
    """All simple paths up from the last of ``path``, by trying everything."""
    entries = sorted((link for link in links if link[0] == path[-1]), key=str)
    holders = [(by, band) for _, by, band in entries if by != "secret"]
    if isinstance(path[-1], str) or not holders or len(holders) < len(entries):
        yield path[1:], share  # type: ignore[misc]
    for by, band in holders:
        if by not in path:
            low, high, _ = BANDS.get(band, (None, None, False))
            more = None if low is None or share is None else (share[0] * low, share[1] * high)  # type: ignore[index]
            yield from every_path(links, (*path, by), more)


def of_chain(chain: Chain) -> Path:
    names = tuple(
        int(tie.holder[-6:])
        if tie.kind == "controls" and tie.holder.startswith("gb-coh")
        else tie.holder[7:].rstrip("0")
        for tie in chain.ties
        if tie.kind == "controls"
    )
    share = chain.economic
    return names, None if share is None else (Fraction(share.minimum), Fraction(share.maximum))


@given(LINKS)
def test_chains_are_those_that_trying_every_path_finds_with_the_products_of_their_bands(links: list):
    told = {(company, by, "most" if by == "secret" else band) for company, by, band in links}
    found = chains_above(build_network(owned(*entries(sorted(told, key=str)))), HOME, most=100_000)
    ours = Counter(of_chain(one) for one in found.chains if "own each other" not in one.ending.reason)
    assert ours == Counter(every_path(told, (1,), (Fraction(1), Fraction(1))))


@given(LINKS)
def test_groups_are_those_that_joining_pair_by_pair_makes(links: list):
    network = build_network(owned(*entries(links), runs=[(n, n) for n in range(1, 7)]))
    for rule in ("control50", "psc25"):
        part: dict[int | str, int | str] = {n: n for n in (*range(1, 7), "Alex", "Robin")}
        for company, by, band in links:
            if by != "secret" and (rule == "psc25" or BANDS.get(band, (0, 0, False))[2]):
                old, new = part[company], part[by]
                part = {one: new if head == old else head for one, head in part.items()}
        expected = {frozenset(f"exercise:EX-{n}" for n in range(1, 7) if part[n] == head) for head in part.values()}
        assert {frozenset(group.homes) for group in groups_by(network, rule)} == expected - {frozenset()}


@given(LINKS, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(links: list, dice):
    snapshot = owned(*entries(links))
    shuffled = list(snapshot.controls.items())
    dice.shuffle(shuffled)
    turned = replace(snapshot, controls={c: tuple(reversed(some)) for c, some in shuffled})
    one, other = build_network(snapshot), build_network(turned)
    assert chains_above(one, HOME) == chains_above(other, HOME)
    assert ultimate_owners(one) == ultimate_owners(other)
    for rule in RULES:
        assert groups_by(one, rule) == groups_by(other, rule)


@given(LINKS)
def test_the_network_is_what_networkx_itself_would_make_of_its_nodes_and_links(links: list):
    network = build_network(owned(*entries(links), brands={1: "A"}))
    plain = nx.MultiDiGraph(**network.graph)
    plain.add_nodes_from((node, dict(facts)) for node, facts in network.nodes(data=True))
    plain.add_edges_from((*ends, key, dict(facts)) for *ends, key, facts in network.edges(keys=True, data=True))
    assert nx.utils.graphs_equal(network, plain)
    assert {node: sorted(network.predecessors(node)) for node in network} == {
        node: sorted(plain.predecessors(node)) for node in plain
    }


@given(LINKS)
def test_whoever_is_grouped_by_the_narrow_rule_is_grouped_by_the_wide_one(links: list):
    network = build_network(owned(*entries(links), runs=[(n, n) for n in range(1, 7)]))
    wide = {home: group.id for group in groups_by(network, "psc25") for home in group.homes}
    narrow = groups_by(network, "control50")
    assert sorted(home for group in narrow for home in group.homes) == sorted(wide)
    for group in narrow:
        assert len({wide[home] for home in group.homes}) == 1
