"""The form of a trust's settings: its fields, and which of them a post changes."""

from __future__ import annotations

from idp.admin.pages.trust_form import changes_in, fields_of
from idp.federation.relying_party.settings import TrustSettings

SETTINGS = TrustSettings(notes="one\ntwo", token_lifetime=30)
FIELDS = {field.name: field for field in fields_of(SETTINGS)}


def posted(**changes: str) -> dict[str, str]:
    """The form as a browser posts it: with line breaks of two characters."""
    form = {name: field.text.replace("\n", "\r\n") for name, field in FIELDS.items()}
    return {**form, **changes}


def test_a_field_has_the_text_of_its_setting():
    assert FIELDS["notes"].text == "one\ntwo"
    assert (FIELDS["token_lifetime"].text, FIELDS["token_lifetime"].is_number) == ("30", True)
    assert FIELDS["claim_rules"].text == ""


def test_a_flag_and_a_setting_with_few_values_have_choices():
    assert FIELDS["enabled"].choices == ("true", "false")
    assert "never" in FIELDS["second_factor"].choices
    assert FIELDS["notes"].choices == ()


def test_every_field_is_described():
    assert all(field.description for field in FIELDS.values())


def test_an_unchanged_form_changes_nothing():
    assert changes_in(posted(), SETTINGS) == {}


def test_only_settings_with_another_text_are_changed():
    form = posted(notes="one\r\nthree", token_lifetime="60", unknown="x")

    assert changes_in(form, SETTINGS) == {"notes": "one\nthree", "token_lifetime": "60"}


def test_a_setting_that_the_form_lacks_stays():
    assert changes_in({"token_lifetime": "30"}, SETTINGS) == {}
