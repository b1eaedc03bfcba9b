"""Escaping: whatever goes in comes out again, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.saml import canonical

WRITABLE = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)],
)


@given(text=st.text(WRITABLE), name=st.text(WRITABLE))
def test_any_text_comes_back_as_it_was_and_is_canonical(text, name):
    xml = f'<a b="{canonical.attribute(name)}">{canonical.text(text)}</a>'.encode()

    root = etree.fromstring(xml)

    assert (root.text or "") == text
    assert root.get("b") == name
    assert len(root) == 0
    assert etree.tostring(root, method="c14n", exclusive=True) == xml


@given(text=st.text(WRITABLE) | st.text("&<>\"'\t\n\r a\x85\u2028é"))
def test_text_is_escaped_as_a_table_of_the_special_characters_says(text):
    assert canonical.text(text) == text.translate(canonical._TEXT)
    assert canonical.attribute(text) == text.translate(canonical._ATTRIBUTE)


def test_no_character_is_printable_that_xml_cannot_hold():
    unwritable = re.findall(canonical._UNWRITABLE, "".join(map(chr, range(0x110000))))
    assert unwritable
    assert not any(map(str.isprintable, unwritable))


@given(before=st.text(max_size=5), after=st.text(max_size=5), escape=st.sampled_from(
    [canonical.text, canonical.attribute]))  # fmt: skip
@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_hold_is_an_error_and_never_written(
    character, before, after, escape
):
    with pytest.raises(canonical.UnwritableCharacter):
        escape(before + character + after)


def test_the_error_names_the_character_and_not_the_text():
    with pytest.raises(canonical.UnwritableCharacter, match=r"U\+0000") as caught:
        canonical.text("secret\0")

    assert "secret" not in str(caught.value)


def test_an_instant_is_utc_with_milliseconds():
    moment = datetime(2026, 11, 24, 13, 5, 6, 789_999, tzinfo=timezone(timedelta(hours=1)))

    assert canonical.instant(moment) == "2026-11-24T12:05:06.789Z"
    assert canonical.instant(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


def test_an_instant_without_a_time_zone_is_an_error():
    with pytest.raises(ValueError, match="zone"):
        canonical.instant(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test
