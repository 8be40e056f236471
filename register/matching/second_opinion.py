"""Asks uk-address-matcher's trained Splink model about the titles that the comparison of words leaves in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from operator import itemgetter

from register.matching.address import read_text, words
from register.matching.sides import Building, Estate

PACKAGE = "uk-address-matcher"


class MatcherMissing(RuntimeError):
    """The extra that brings uk-address-matcher is not installed. The message says how to install it."""


def matcher_edition() -> str:
    """``uk-address-matcher 1.5.3``. Raises MatcherMissing."""
    try:
        if find_spec("uk_address_matcher") is None:
            raise PackageNotFoundError
        return f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        raise MatcherMissing(
            "tracing landlords needs uk-address-matcher, which is not installed: pip install 'longstop[tracing]'"
        ) from None


def opinions(homes: Iterable[Building], estates: Sequence[Estate]) -> Mapping[tuple[str, str], float]:
    """The model's match weight (bits, to two decimals) of every (title, home) that it finds worth comparing.

    It blocks by postcode, street and rare words on its own, in one thread, so that equal addresses get equal weights
    on any machine. Raises MatcherMissing.
    """
    matcher_edition()
    import duckdb  # noqa: PLC0415 - an extra
    from uk_address_matcher import AddressMatcher, SplinkStage  # type: ignore[import-untyped]  # noqa: PLC0415

    places: list[tuple[str, str, str | None]] = [
        (home.id, _plain(home.title, *home.lines), home.postcode) for home in homes
    ]
    titles: list[tuple[str, str, str | None]] = [
        (estate.id, _plain(estate.address), next(iter(estate.postcodes), None)) for estate in estates
    ]
    if not places or not titles:
        return {}
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET enable_progress_bar = false")
        for table, addresses in (("places", places), ("titles", titles)):
            connection.execute(f"CREATE TABLE {table} (unique_id VARCHAR, address_concat VARCHAR, postcode VARCHAR)")
            columns = [list(column) for column in zip(*sorted(addresses, key=itemgetter(0)), strict=True)]
            connection.execute(f"INSERT INTO {table} SELECT unnest(?), unnest(?), unnest(?)", columns)
        stage = SplinkStage()
        matcher = AddressMatcher(
            canonical_addresses=connection.table("places"),
            addresses_to_match=connection.table("titles"),
            con=connection,
            stages=[stage],
            cleaning_num_chunks=1,
            show_progress="off",
        )
        matcher.match()
        if stage.predictions_table is None:
            return {}
        rows = connection.execute(
            f"SELECT unique_id_r, unique_id_l, max(match_weight) FROM {stage.predictions_table} GROUP BY 1, 2"  # noqa: S608
        ).fetchall()
    return {(title, home): round(weight, 2) for title, home, weight in sorted(rows)}


def _plain(*parts: str) -> str:
    """An address as the model is shown it: without the words that say nothing of which place it is."""
    leave = words().empty - {"house", "gardens", "park"}
    shown = []
    for part in parts:
        text = read_text(part)
        numbers = " ".join(sorted(text.numbers, key=lambda number: (len(number), number)))
        kept = [" ".join(word for word in segment if word not in leave) for segment in text.segments]
        shown.append(", ".join(filter(None, [*kept[:1], numbers, *kept[1:]] if numbers else kept)))
    return ", ".join(filter(None, shown))
