"""Natures of control: 86 slugs read as intervals, and intervals that nest whatever is done with them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.natures import NATURES, STATEMENTS, Share, reason_of, stake_of

QUARTERS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@st.composite
def shares(draw: st.DrawFn) -> Share:
    low, high = sorted((draw(QUARTERS), draw(QUARTERS)))
    closed = low == high
    return Share(low, high, not closed and draw(st.booleans()), not closed and draw(st.booleans()))


def test_there_are_86_natures():
    assert len(NATURES) == 86


def test_every_nature_means_what_the_published_table_says(shared_data: Path):
    with (shared_data / "companies_house" / "natures_of_control.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["slug"] for row in rows} == set(NATURES)
    for row in rows:
        ours = NATURES[row["slug"]]
        band = [row[name] for name in ("exclusiveMinimum", "minimum", "maximum", "exclusiveMaximum")]
        share = ours.share
        published = None
        if any(band):
            published = Share(
                float(band[0] or band[1]) / 100, float(band[2] or band[3]) / 100, bool(band[0]), bool(band[3])
            )
        assert (ours.type, share, ours.of) == (row["bods04_interest_type"], published, row["subject_kind"])
        assert ours.via.replace("control over a ", "control-over-") == row["via"]


def test_every_statement_of_the_vocabulary_has_a_reason(shared_data: Path):
    import yaml

    text = (shared_data / "companies_house" / "api_enumerations" / "psc_descriptions.yml").read_text("utf-8")
    assert set(yaml.safe_load(text)["statement_description"]) == set(STATEMENTS)


def test_a_quarter_to_a_half_of_three_quarters_or_more_is_18_75_to_50_per_cent():
    upper, lower = (stake_of((f"ownership-of-shares-{band}-percent",)).economic for band in ("25-to-50", "75-to-100"))
    assert upper is not None and lower is not None
    assert upper.times(lower) == Share(0.1875, 0.5, above=True)
    assert str(upper.times(lower)) == "over 18.75 % to 50 %"


def test_natures_of_one_entry_are_never_added():
    direct, trust = "ownership-of-shares-25-to-50-percent", "ownership-of-shares-25-to-50-percent-as-trust"
    stake = stake_of((direct, trust, "voting-rights-75-to-100-percent"))
    assert stake.economic == Share(0.25, 0.5, above=True)
    assert stake.votes == Share(0.75, 1.0)
    assert stake.ways == ("trust",)


@pytest.mark.parametrize(
    ("slug", "majority"),
    [
        ("ownership-of-shares-25-to-50-percent", False),
        ("ownership-of-shares-50-to-75-percent", True),
        ("voting-rights-75-to-100-percent", True),
        # More than a quarter may be more than half: it is not so for certain.
        ("ownership-of-shares-more-than-25-percent-registered-overseas-entity", False),
        ("significant-influence-or-control", False),
    ],
)
def test_a_majority_is_more_than_half_for_certain(slug: str, majority: bool):
    assert stake_of((slug,)).majority is majority


def test_a_slug_never_seen_before_is_an_interest_of_unknown_size():
    (interest,) = stake_of(("ownership-of-moons",)).interests
    assert (interest.type, interest.share) == ("unknownInterest", None)
    assert reason_of("the-moon-is-down") == "unknown"


@given(shares(), shares(), shares())
def test_intervals_nest(a: Share, b: Share, c: Share):
    assert a.times(b) == b.times(a)
    assert a.times(b).times(c) == a.times(b.times(c))
    assert a.within(a.hull(b)) and b.within(a.hull(b))
    assert a.times(c).within(a.hull(b).times(c))
    assert a.times(b).maximum <= a.maximum


@given(shares(), shares(), st.floats(0, 1), st.floats(0, 1))
def test_the_product_of_two_shares_lies_in_the_product_of_their_intervals(a: Share, b: Share, x: float, y: float):
    inside = a.minimum + x * (a.maximum - a.minimum), b.minimum + y * (b.maximum - b.minimum)
    assert a.times(b).minimum <= inside[0] * inside[1] <= a.times(b).maximum
