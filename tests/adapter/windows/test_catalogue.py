"""The catalogue of cumulative updates, and what the tables say of a build."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.windows import (
    NUMBER_MATCHING_SINCE,
    PRODUCTS,
    Build,
    UnknownKBError,
    build_of_kb,
    describe,
    installed_update,
    updates_of,
    updates_with_kb,
)

BASES = [base for base in PRODUCTS if updates_of(base)]


def test_the_catalogue_is_whole():
    assert sum(len(updates_of(base)) for base in BASES) == 824


@pytest.mark.parametrize("base", BASES)
def test_revisions_rise_within_a_base_build(base):
    revisions = [update.build.revision for update in updates_of(base)]

    assert revisions == sorted(set(revisions))


@pytest.mark.parametrize("required", NUMBER_MATCHING_SINCE.values(), ids=lambda r: r.product)
def test_each_required_update_is_in_the_catalogue_under_the_same_build(required):
    update = installed_update(required.build)

    assert (update.kb, update.build, update.product) == (
        required.kb,
        required.build,
        required.product,
    )
    assert required.kb.lower() in required.url


@given(st.sampled_from(BASES), st.integers(0, 40000))
def test_the_installed_update_is_the_newest_that_the_build_includes(base, revision):
    build = Build(base, revision)

    held = [update for update in updates_of(base) if build.includes(update.build)]

    assert installed_update(build) == (held[-1] if held else None)


def test_an_installed_update_has_its_day_and_kind():
    server = describe(Build(20348, 350))

    assert server.exact
    assert (server.installed.released, server.installed.kind) == (date(2021, 11, 9), "security")
    assert server.warnings == ()


def test_a_build_between_two_updates_names_the_earlier_and_asks_to_be_checked():
    server = describe(Build(20348, 400))

    assert not server.exact
    assert server.installed.kb == "KB5007254"
    assert "20348.400" in server.warnings[0]


def test_a_build_later_than_the_catalogue_is_normal():
    newest = updates_of(20348)[-1]

    server = describe(Build(20348, newest.build.revision + 1))

    assert server.installed == newest
    assert server.warnings == ()


def test_a_build_before_the_first_update_has_none_installed():
    assert describe(Build(20348, 1)).installed is None
    assert describe(Build(20348, 1)).warnings == ()


def test_an_unknown_base_build_has_no_product_and_a_warning():
    server = describe(Build(12345, 6))

    assert server.product is None
    assert "12345" in server.warnings[0]


@pytest.mark.parametrize(
    ("build", "kb"),
    [(Build(20348, 320), "KB5006745"), (Build(17763, 2268), "KB5006744")],
)
def test_the_previews_that_were_once_listed_are_flagged(build, kb):
    assert kb in describe(build).warnings[0]


@pytest.mark.parametrize("build", [Build(20348, 288), Build(20348, 350), Build(14393, 4651)])
def test_builds_outside_the_gap_of_the_previews_are_not_flagged(build):
    assert describe(build).warnings == ()


def test_a_kb_leads_to_its_build():
    assert build_of_kb("KB5007205") == Build(20348, 350)
    assert build_of_kb(" kb5006669\n") == Build(14393, 4704)


def test_of_two_builds_of_one_kb_the_lower_is_proven():
    assert len(updates_with_kb("KB5005625")) == 2
    assert build_of_kb("KB5005625") == Build(17763, 2210)


def test_a_kb_that_two_products_share_is_not_guessed():
    with pytest.raises(UnknownKBError, match=r"18362\.476 or 18363\.476"):
        build_of_kb("KB4524570")


@pytest.mark.parametrize("kb", ["KB4589208", "KB0000000", "5007205", ""])
def test_a_kb_outside_the_catalogue_is_refused(kb):
    with pytest.raises(UnknownKBError, match="winver"):
        build_of_kb(kb)
