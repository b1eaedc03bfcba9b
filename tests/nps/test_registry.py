"""The registry values, and what a .reg file as regedit exports it does to them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.nps_extension import OVERRIDE_NAME
from idp.nps.reg_file import MAX_REG_FILE_BYTES, RegFileError
from idp.nps.registry import (
    KEY,
    MAX_VALUE_LENGTH,
    BadRegistryValue,
    RegistryChanges,
    RegistryValues,
    changes_from_texts,
    read_reg_file,
    values_as_texts,
)

EXPORTED = f"""\
Windows Registry Editor Version 5.00

[{KEY}]
"AUTH_MFA"="x"
"{OVERRIDE_NAME}"="TRUE"
"REQUIRE_USER_MATCH"="FALSE"
"CLIENT_ID"="981f26a1-7f43-403b-a875-f8b09b8cd720"
"IP_WHITELIST"="192.0.2.1;2001:DB8::1"
"VERBOSE_LOG"="FALSE"

"""
VALUES = {
    "override": "TRUE",
    "require_user_match": "FALSE",
    "ip_whitelist": "192.0.2.1;2001:DB8::1",
}


def exported(text: str) -> bytes:
    """Encode a text as regedit does."""
    return codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le")


def of_key(lines: str) -> bytes:
    return f"REGEDIT4\n\n[{KEY}]\n{lines}\n".encode()


def changed(lines: str, before: RegistryValues | None = None) -> RegistryValues:
    return read_reg_file(of_key(lines)).apply(before or RegistryValues())


def refused(data: bytes) -> RegFileError:
    with pytest.raises(RegFileError) as error:
        read_reg_file(data)
    return error.value


@pytest.mark.parametrize(
    "data",
    [
        exported(EXPORTED),
        EXPORTED.encode("utf-16-le").join([codecs.BOM_UTF16_LE, b""]),
        EXPORTED.encode("utf-16"),
        EXPORTED.encode("utf-8-sig"),
        EXPORTED.replace("\n", "\r\n").encode(),
        EXPORTED.replace("Windows Registry Editor Version 5.00", "REGEDIT4").encode(),
        EXPORTED.replace('"x"', '"Ä"').encode("cp1252"),
    ],
)
def test_a_file_is_read_as_regedit_and_editors_write_it(data):
    assert read_reg_file(data).values == VALUES


def test_what_has_no_effect_here_and_what_is_unknown_is_named():
    assert read_reg_file(exported(EXPORTED)).warnings == (
        "These values have no effect here: CLIENT_ID, VERBOSE_LOG.",
        "These values are not known and are ignored: 'AUTH_MFA'.",
    )


def test_only_what_the_file_names_is_changed():
    before = RegistryValues("FALSE", "FALSE", "192.0.2.1")

    assert changed(f'"{OVERRIDE_NAME}"="TRUE"', before) == RegistryValues(
        "TRUE", "FALSE", "192.0.2.1"
    )


def test_key_and_names_are_read_in_any_case():
    text = f'windows registry editor version 5.00\n[{KEY.upper()}]\n"Ip_Whitelist" = "192.0.2.7"\n'

    assert read_reg_file(text.encode()).values == {"ip_whitelist": "192.0.2.7"}


def test_other_keys_of_the_file_change_nothing():
    text = f"""\
Windows Registry Editor Version 5.00
[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\AzureMfa2]
"{OVERRIDE_NAME}"="TRUE"
[HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Microsoft\\AzureMfa]
"{OVERRIDE_NAME}"="TRUE"
"Binary"=hex(7):61,00,\\
  62,00,00,00
"Story"="two
lines, with ] and [{KEY}]
"
@="default"
[{KEY}\\Below]
"{OVERRIDE_NAME}"="TRUE"
[{KEY}]
"REQUIRE_USER_MATCH"="TRUE" ; as before
"""
    changes = read_reg_file(exported(text))

    assert changes.values == {"require_user_match": "TRUE"}
    assert changes.warnings == ()


def test_escapes_are_read():
    assert changed(r'"IP_WHITELIST"="a\\b\"c"').ip_whitelist == 'a\\b"c'


def test_values_and_the_key_can_be_deleted():
    before = RegistryValues("TRUE", "FALSE", "192.0.2.1")

    assert changed(f'"{OVERRIDE_NAME}"=-', before) == RegistryValues("", "FALSE", "192.0.2.1")
    for key in (KEY, KEY.lower(), r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft"):
        text = f'REGEDIT4\n[-{key}]\n[{KEY}]\n"REQUIRE_USER_MATCH"="TRUE"\n'
        assert read_reg_file(text.encode()).apply(before) == RegistryValues("", "TRUE", "")
    gone = f"REGEDIT4\n[-{KEY}]\n"
    assert read_reg_file(gone.encode()).apply(before) == RegistryValues()


def test_the_last_line_of_a_value_counts():
    assert changed(f'"{OVERRIDE_NAME}"="FALSE"\n"{OVERRIDE_NAME}"="TRUE"').override == "TRUE"


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ("dword:00000001", "dword:00000001"),
        ("DWORD:1", "DWORD:1"),
        ("hex(2):54,00,\\\n  52,00", "hex(2):54,00,52,00"),
    ],
)
def test_a_value_of_another_type_counts_as_unset_with_a_warning(data, kept):
    changes = read_reg_file(of_key(f'"{OVERRIDE_NAME}"={data}'))
    values = changes.apply(RegistryValues("TRUE"))

    assert values.override == kept
    assert "counts as unset" in changes.warnings[0]
    assert "counts as unset" in values.warnings()[0]


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ('"IP_WHITELIST="192.0.2.1"', 4),
        ('"IP_WHITELIST"="192.0.2.1', 4),
        ('"IP_WHITELIST"="192.0.2.1" and more', 4),
        ('"IP_WHITELIST"=192.0.2.1', 4),
        ('"IP_WHITELIST"=dead:beef::1', 4),
        ("; a comment\n\nIP_WHITELIST=x", 6),
        ('"a"="over\ntwo lines"\n[no end', 6),
    ],
)
def test_a_faulty_line_is_named_by_its_number(lines, number):
    error = refused(of_key(lines))

    assert error.code == "bad_reg_file"
    assert f"line {number}:" in error.problem


def test_all_faulty_lines_are_named_and_many_are_counted():
    error = refused(of_key("x\n" * 8))

    assert [f"line {number}:" in error.problem for number in range(4, 9)] == [True] * 5
    assert "and 3 more" in error.problem


def test_a_value_above_all_keys_is_a_fault():
    assert "line 2:" in refused(b'REGEDIT4\n"a"="b"\n').problem


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_reg_file"),
        (b"\xff\xfe", "not_a_reg_file"),
        (b"[" + KEY.encode() + b"]", "not_a_reg_file"),
        (b"\x7fELF\0\0", "not_a_reg_file"),
        (b"REGEDIT4", "reg_file_without_key"),
        (b'REGEDIT4\n[HKEY_CURRENT_USER\\X]\n"a"="b"', "reg_file_without_key"),
        (b"REGEDIT4\n" + b"\n" * MAX_REG_FILE_BYTES, "reg_file_too_large"),
    ],
)
def test_what_is_not_the_wanted_file_is_refused_with_its_code(data, code):
    assert refused(data).code == code


@given(
    st.binary()
    | st.text().map(lambda text: f"REGEDIT4\n[{KEY}]\n{text}".encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(data):
    try:
        read_reg_file(data).apply(RegistryValues()).warnings()
    except RegFileError:
        return


PARTS = st.sampled_from(
    ['"', "\\", "\n", "=", "[", "]", "-", ";", "@", " ", "a", "hex:", "dword:", f"[{KEY}]", "0,"]
)


@given(st.lists(PARTS).map("".join))
def test_any_sequence_of_what_a_file_consists_of_is_read_or_refused(text):
    try:
        read_reg_file(f"REGEDIT4\n{text}".encode())
    except RegFileError:
        return


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200))
def test_every_string_that_is_exported_comes_back(value):
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')

    assert changed(f'"IP_WHITELIST"="{escaped}"').ip_whitelist == value


@pytest.mark.parametrize("start", ["", '"a"=hex:', '"a"="', "["])
@pytest.mark.parametrize("repeated", ['"', '"\\', " ", "]", ' "a"="', "] ", "\\\n", " \\\n"])
def test_a_hostile_file_takes_no_more_time_than_its_length(start, repeated):
    """Were it the square of the length, some of these would take minutes."""
    text = f"REGEDIT4\n[{KEY}]\n{start}" + repeated * (MAX_REG_FILE_BYTES // 16)

    refused(f"{text}\\x\nx".encode())


class TestValues:
    def test_only_false_in_capitals_lets_the_unenrolled_in(self):
        assert RegistryValues(require_user_match="FALSE").lets_unenrolled_in
        for other in ("", "TRUE", "false", " FALSE", "0"):
            assert not RegistryValues(require_user_match=other).lets_unenrolled_in

    def test_addresses_of_the_whitelist_are_canonical(self):
        values = RegistryValues(ip_whitelist=" 192.0.2.1 ;2001:DB8:0::1;;192.0.2.1")

        assert values.whitelisted == {"192.0.2.1", "2001:db8::1"}
        assert values.warnings() == ()

    @pytest.mark.parametrize(
        "part",
        ["192.0.2.0/24", "192.0.2.1-192.0.2.9", "192.0.2.256", "fe80::1%eth0", "x", "１.2.3.4"],
    )
    def test_parts_that_are_no_addresses_are_ignored_with_a_warning(self, part):
        values = RegistryValues(ip_whitelist=f"{part};192.0.2.1")

        assert values.whitelisted == {"192.0.2.1"}
        (warning,) = values.warnings()
        assert repr(part) in warning

    def test_wrong_values_count_as_unset_with_a_warning(self):
        values = RegistryValues("true", "false")

        assert [each.split(" is ")[0] for each in values.warnings()] == [
            OVERRIDE_NAME,
            "REQUIRE_USER_MATCH",
        ]

    def test_a_value_that_is_too_long_is_refused(self):
        changes = RegistryChanges({"ip_whitelist": "1" * (MAX_VALUE_LENGTH + 1)})

        with pytest.raises(BadRegistryValue, match="IP_WHITELIST"):
            changes.apply(RegistryValues())

    @given(st.builds(RegistryValues, st.text(), st.text(), st.text()))
    def test_any_values_have_their_addresses_and_warnings(self, values):

        assert isinstance(values.whitelisted, frozenset)
        assert all(warning.endswith(".") for warning in values.warnings())

    def test_unset_stands_for_no_value_in_both_directions(self):
        texts = values_as_texts(RegistryValues("TRUE"))

        assert texts == {"override": "TRUE", "require_user_match": "unset", "ip_whitelist": "unset"}
        changes = changes_from_texts({"override": "unset", "require_user_match": None})
        assert changes.values == {"override": ""}
