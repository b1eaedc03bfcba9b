"""Builds alone: parsing, writing, comparing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.windows import (
    HOW_TO_TELL,
    Build,
    NotABuildError,
    UpdateLevelUnknownError,
    parse_build,
    read_build,
)

builds = st.builds(Build, base=st.integers(1000, 99999), revision=st.integers(0, 2**32 - 1))


@given(builds)
def test_a_build_reads_back_as_it_was_written(build):
    assert parse_build(str(build)) == build


@given(builds)
def test_a_build_may_have_the_version_of_windows_in_front_and_blanks_around(build):
    if build.revision:
        assert parse_build(f" 10.0.{build}\r\n") == build
        assert parse_build(f"v10.0.{build}") == build


@given(st.integers(1000, 99999), st.integers(0, 10**6), st.integers(0, 10**6))
def test_revisions_of_one_base_build_compare_as_integers(base, one, other):
    assert Build(base, one).includes(Build(base, other)) is (one >= other)


@given(builds, builds)
def test_builds_of_different_base_builds_never_include_each_other(one, other):
    if one.base != other.base:
        assert not one.includes(other)


def test_a_longer_revision_is_later_although_the_text_sorts_before():
    assert Build(20348, 1006).includes(Build(20348, 350))
    assert not Build(20348, 35).includes(Build(20348, 350))


@pytest.mark.parametrize("text", ["10.0.17763.0", "17763", "10.0.17763", "6.3.9600"])
def test_a_fourth_part_of_zero_or_none_is_no_revision(text):
    with pytest.raises(UpdateLevelUnknownError, match="winver"):
        parse_build(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "20348.",
        ".350",
        "20348.350.1",
        "vv20348.350",
        "v 20348.350",
        "11.0.20348.350",
        "20348.0350",
        "020348.350",
        "02034.350",
        "-20348.350",
        "20348.-350",
        "20348.3_50",
        "20348,350",
        "20348.350e1",
        "0x4f7c.350",
        "1234567.350",
        "20348.12345678901",
    ],
)
def test_a_text_that_only_resembles_a_build_is_refused(text):
    with pytest.raises((NotABuildError, UpdateLevelUnknownError)):
        parse_build(text)


@pytest.mark.parametrize(
    "digits", ["٢٠٣٤٨.٣٥٠", "２０３４８.３５０", "20348.٣٥٠", "𝟸𝟶𝟹𝟺𝟾.350", "20348.35०"]
)
def test_digits_of_other_scripts_are_no_digits(digits):
    with pytest.raises(NotABuildError):
        parse_build(digits)


def test_the_error_about_an_unknown_revision_says_what_is_known_and_what_to_run():
    bare = UpdateLevelUnknownError("Windows Server 2019")
    explained = UpdateLevelUnknownError("Windows Server 2019", "The list is empty.")

    assert str(bare) == f"Windows Server 2019 is known, but its revision is not. {HOW_TO_TELL}."
    assert bare.problem == "Windows Server 2019 is known, but its revision is not"
    assert explained.problem == f"{bare.problem}. The list is empty."
    assert str(explained) == f"{explained.problem} {HOW_TO_TELL}."
    assert bare.code == explained.code == "update_level_unknown"
    assert bare.remedy == HOW_TO_TELL


def test_a_base_build_alone_is_named_in_the_error():
    with pytest.raises(UpdateLevelUnknownError) as raised:
        parse_build(" 17763 ")

    assert raised.value.problem == "The base build 17763 is known, but its revision is not"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("17763", "Windows Server 2019"),
        ("10.0.31000", "A Windows Server"),
        ("KB5007205 KB5007206", "A Windows Server"),
    ],
)
def test_a_node_without_a_revision_is_refused_by_the_name_of_its_product(text, known):
    with pytest.raises(UpdateLevelUnknownError) as raised:
        read_build(text)

    assert raised.value.problem.startswith(f"{known} is known, but its revision is not")
    assert ("does not say which" in raised.value.problem) == ("KB" in text)


def test_an_error_quotes_a_long_text_only_in_part():
    with pytest.raises(NotABuildError) as raised:
        parse_build("x" * 1000)

    assert len(str(raised.value)) < 200
