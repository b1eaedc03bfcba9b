"""No value that an adapter was trusted with is left in the text of its error."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.adapters.redaction import LONG, MAX_MESSAGE, MAX_READ, Secrets

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
VALUES = st.builds("Zq7{}7qZ".format, ANYTHING)
WRITTEN = [
    str,
    repr,
    json.dumps,
    html.escape,
    str.upper,
    str.lower,
    lambda value: repr([value]),
    lambda value: quote(value, errors="replace"),
    lambda value: quote_plus(value, errors="replace"),
]


@given(VALUES, ANYTHING, ANYTHING, st.sampled_from(WRITTEN), st.sampled_from(["posted", "data"]))
def test_a_value_is_found_in_each_form_and_place(value, before, after, written, source):
    secrets = Secrets()
    if source == "posted":
        secrets.add_fields({"Answer": value})
    else:
        secrets.add_data({"codes": [{"one": value}]})

    cleaned = secrets.clean(f"{before} {written(value)} {after}")

    assert f"[{source}]" in cleaned
    assert "zq7" not in cleaned.lower()


@given(ANYTHING)
def test_what_is_left_is_one_printable_line_within_its_limit(text):
    cleaned = Secrets().clean(text * 40)

    assert cleaned.isprintable()
    assert len(cleaned) <= MAX_MESSAGE


@pytest.mark.parametrize(
    "config",
    [
        b'[gateway]\npassword = "open sesame"\nport = 4711\n',
        b'{"gateway": {"password": "open sesame", "port": 4711}}',
    ],
)
def test_the_values_of_a_configuration_are_found_and_its_keys_stay(config):
    secrets = Secrets()
    secrets.add_config(config)

    said = secrets.clean("password 'Open sesame' of gateway:4711 refused, 47 tries")

    assert said == "password '[configuration]' of gateway:[configuration] refused, 47 tries"


def test_of_another_configuration_every_longer_word_is_taken_out():
    secrets = Secrets()
    secrets.add_config(b"<gateway password='sesame-open'/>\xff")

    assert secrets.clean("sesame-open?") == "[configuration]?"


def test_a_short_value_is_no_part_of_a_longer_one():
    secrets = Secrets()
    secrets.add_fields({"Answer": "47"})

    assert secrets.clean("47 of 4711, step 147: 47.") == "[posted] of 4711, step 147: [posted]."


def test_the_providers_name_and_empty_fields_are_no_secrets():
    secrets = Secrets()
    secrets.add_fields({"AuthMethod": "Badge", "Answer": " "})

    assert secrets.clean("Badge is out of reach") == "Badge is out of reach"


@pytest.mark.parametrize("length", [LONG - 1, LONG, MAX_READ + 1, 10 * MAX_READ])
def test_a_long_value_is_taken_out_whole(length):
    secrets = Secrets()
    secrets.add_fields({"Answer": "s3" * length})

    assert secrets.clean("No " + "s3" * length) == "No [posted]"
