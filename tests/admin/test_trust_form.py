"""The form of a trust's settings: its fields, and which of them a post changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from idp.admin.pages import trust_form
from idp.admin.pages.trust_form import attributes_of, sections_of
from idp.admin.pages.trust_labels import SECTIONS
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.relying_party.settings import TrustSettings

DOCUMENTED = Path(__file__).parents[2] / "docs" / "trusts.md"
RULES = AccessRules("always")
GROUPS = "Permit specific group"
ATTRIBUTES = {"urn:a": ("one", "two"), "urn:b": ("three",)}
SETTINGS = TrustSettings(notes="one\ntwo", token_lifetime=30, attributes=ATTRIBUTES)
FIELDS = {field.name: field for section in sections_of(SETTINGS, RULES) for field in section.fields}


def posted(**changes: str) -> dict[str, str]:
    """The form as a browser posts it: with line breaks of two characters."""
    form = {name: field.text.replace("\n", "\r\n") for name, field in FIELDS.items()}
    for row in attributes_of(SETTINGS):
        form[f"attribute-{row.number}-name"] = row.name
        form[f"attribute-{row.number}-values"] = row.values.replace("\n", "\r\n")
    return {**form, **changes}


def changes_in(form: dict[str, str], settings: TrustSettings = SETTINGS) -> dict[str, str]:
    return trust_form.changes_in(form, settings, RULES)


def test_every_setting_has_one_label_but_the_tables():
    names = [name for labels in SECTIONS.values() for name in labels]

    tables = {name for name, value in TrustSettings().model_dump().items() if type(value) is dict}
    assert sorted(names) == sorted(TrustSettings.model_fields.keys() - tables)
    texts = [label.text for labels in SECTIONS.values() for label in labels.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", FIELDS)
def test_the_name_in_adfs_is_the_one_of_the_documentation(name):
    [row] = re.findall(rf"^\| `{name}` \|.*\| ([^|]+) \|$", DOCUMENTED.read_text(), re.MULTILINE)

    assert FIELDS[name].label.adfs in row
    assert bool(FIELDS[name].label.adfs) == (row != "none")


def test_a_field_has_the_text_of_its_setting():
    assert FIELDS["notes"].text == "one\ntwo"
    assert (FIELDS["token_lifetime"].text, FIELDS["token_lifetime"].is_number) == ("30", True)
    assert FIELDS["claim_rules"].text == ""


def test_a_flag_and_a_setting_with_few_values_have_choices():
    assert FIELDS["enabled"].choices == (("true", "yes"), ("false", "no"))
    assert ("never", "never") in FIELDS["second_factor"].choices
    assert ("Permit everyone", "Permit everyone") in FIELDS["access_control_policy"].choices
    assert FIELDS["notes"].choices == ()


def test_every_field_is_described():
    assert all(field.description for field in FIELDS.values())


def test_an_unchanged_form_changes_nothing():
    assert changes_in(posted()) == {}


def test_only_settings_with_another_text_are_changed():
    form = posted(notes="one\r\nthree", token_lifetime="60", unknown="x")

    assert changes_in(form) == {"notes": "one\nthree", "token_lifetime": "60"}


def test_a_setting_that_the_form_lacks_stays():
    assert changes_in({"token_lifetime": "30"}) == {}


def test_a_policy_asks_for_its_parameters_which_are_changed_with_it():
    [parameter] = BUILT_IN[GROUPS].parameters
    chosen = [field for section in sections_of(SETTINGS, RULES, GROUPS) for field in section.fields]
    assert f"access_control_parameters.{parameter}" in [field.name for field in chosen]

    form = posted(access_control_policy=GROUPS)
    form[f"access_control_parameters.{parameter}"] = "Staff\r\n\r\n Partners "

    assert changes_in(form) == {
        "access_control_policy": GROUPS,
        f"access_control_parameters.{parameter}": '["Staff", "Partners"]',
    }
    given = TrustSettings(
        access_control_policy=GROUPS, access_control_parameters={parameter: ("Staff", "Partners")}
    )
    assert changes_in(form, given).keys() == {"notes", "token_lifetime", *ADDED}


ADDED = ("attributes.urn:a", "attributes.urn:b")


def test_attributes_are_changed_added_and_removed():
    form = posted(**{
        "attribute-0-values": "one",
        "attribute-1-name": "",
        "attribute-1-values": "",
        "attribute-2-name": " urn:c ",
        "attribute-2-values": "x\r\ny\r\n",
    })  # fmt: skip

    assert changes_in(form) == {
        "attributes.urn:a": '["one"]',
        "attributes.urn:b": "",
        "attributes.urn:c": '["x", "y"]',
    }


def test_what_was_typed_for_attributes_stays_and_there_is_room_for_more():
    rows = attributes_of(SETTINGS, {"attribute-7-name": "", "attribute-7-values": "no name"})

    assert [(row.name, row.values) for row in rows] == [("", "no name"), ("", ""), ("", "")]
    assert changes_in({"attribute-7-name": "", "attribute-7-values": "v"})["attributes."] == '["v"]'
