"""Attributes of users: which may be set, how names are spelled, and what the database keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import update
from support.users import ALICE, SAMPLE_USER

from idp.csv_table import CsvFaults
from idp.directory import DirectoryError, attributes
from idp.directory.attributes import change_attributes
from idp.federation.claim_rules import directory_store
from idp.saml.canonical import text
from idp.store.schema import users

USER = replace(SAMPLE_USER, attributes={"costCenter": ("7",)})


def test_well_known_names_get_their_usual_spelling_and_others_keep_the_first():
    changed = change_attributes(
        USER, {"GIVENNAME": ("Ada",), "COSTCENTER": ("8", "9"), "My-Own": ("x",)}
    )

    assert changed.attributes == {"givenName": ("Ada",), "costCenter": ("8", "9"), "My-Own": ("x",)}


def test_an_attribute_without_values_is_removed_and_a_value_is_kept_once():
    changed = change_attributes(USER, {"costcenter": ("",), "title": ("Dr", "", "Dr")})

    assert changed.attributes == {"title": ("Dr",)}


def test_mail_and_display_name_are_the_fields_of_the_user():
    changed = change_attributes(USER, {"MAIL": ("a@mail.test",), "displayname": ()})

    assert (changed.email, changed.display_name) == ("a@mail.test", "")
    assert changed.attributes == USER.attributes


def test_what_every_user_has_can_be_set_as_a_field_or_not_at_all():
    for name in directory_store.ATTRIBUTES:
        plain = name.partition("(")[0]
        assert (plain in attributes.FIELDS) != (plain in attributes.DERIVED)


@pytest.mark.parametrize("name", attributes.DERIVED)
def test_what_follows_from_other_things_is_refused_with_what_to_do_instead(name):
    with pytest.raises(DirectoryError) as refused:
        change_attributes(USER, {name.upper(): ("x",)})

    assert refused.value.code == "bad_attribute"
    assert refused.value.remedy == attributes.DERIVED[name]


@pytest.mark.parametrize(
    "changes",
    [
        {"cost center": ("x",)},
        {"tokenGroups(SID)": ("x",)},
        {"9lives": ("x",)},
        {"n" * 65: ("x",)},
        {"title": ("\x00",)},
        {"title": ("\ud800",)},
        {"title": ("\uffff",)},
        {"title": ("x" * (attributes.MAX_VALUE_LENGTH + 1),)},
        {"title": tuple(map(str, range(attributes.MAX_VALUES + 1)))},
        {f"a{number}": ("x",) for number in range(attributes.MAX_ATTRIBUTES)},
        {f"a{number}": ("x" * attributes.MAX_VALUE_LENGTH,) for number in range(16)},
        {"mail": ("a", "b")},
        {"displayName": ("two\nlines",)},
        {"title": ("x",), "TITLE": ("y",)},
    ],
)
def test_what_cannot_be_kept_or_sent_is_refused(changes):
    with pytest.raises(DirectoryError) as refused:
        change_attributes(USER, changes)

    assert refused.value.code == "bad_attribute"


@given(st.text(max_size=20))
def test_a_value_is_taken_exactly_if_an_assertion_can_carry_it(value):
    try:
        kept = change_attributes(USER, {"title": (value,)}).attributes.get("title", ("",))
    except DirectoryError:
        with pytest.raises(Exception, match="XML"):
            text(value)
    else:
        assert etree.fromstring(f"<a>{text(kept[0])}</a>").text in (value, None)


def test_the_directory_keeps_attributes_and_finds_their_names(directory):
    directory.add(
        "ada@example.test",
        "password",
        attributes={"givenname": "Ada", "costCenter": ["7", 'ä"x": ['], "mail": "ada@mail.test"},
    )

    ada = directory.find("ada@example.test")
    assert ada.attributes == {"givenName": ("Ada",), "costCenter": ("7", 'ä"x": [')}
    assert ada.email == "ada@mail.test"
    assert directory.has_attribute("COSTCENTER")
    assert not any(map(directory.has_attribute, ("x", "cost", "title", "%")))


def test_a_file_of_users_has_columns_of_any_attribute(directory):
    directory.import_csv(
        "name,Password,DISPLAYNAME,Groups,givenname,otherTelephone\n"
        "ada@example.test,pw,Ada L,a;b,Ada,1; 2\nbo@example.test,pw,,,,\n"
    )

    ada, bo = (directory.find(f"{name}@example.test") for name in ("ada", "bo"))
    assert (ada.display_name, ada.groups) == ("Ada L", ("a", "b"))
    assert ada.attributes == {"givenName": ("Ada",), "otherTelephone": ("1", "2")}
    assert bo.attributes == {}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,password,cost center", "field 3 of the first line is not a column"),
        ("name,password,title,TITLE", "named twice"),
        ("name,password,sAMAccountName", "line 2: sAMAccountName cannot be set"),
        ("name,password,email,mail", "line 2: mail is given twice"),
    ],
)
def test_a_column_that_cannot_be_is_refused(header, said, directory):
    row = "ada@example.test,pw" + ",x@y.test" * (header.count(",") - 1)
    with pytest.raises(CsvFaults, match=said) as refused:
        directory.import_csv(f"{header}\n{row}\n")

    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("damage", ["", "[]", '{"title": "x"}', '{"title": [1]}'])
def test_a_user_whose_attributes_cannot_be_read_is_disabled(damage, directory, database):
    with database.write() as connection:
        connection.execute(update(users).values(attributes=damage))

    user = directory.find(ALICE)
    assert (user.unreadable, user.disabled, user.attributes) == (True, True, {})
    assert directory.list() == (user,)
