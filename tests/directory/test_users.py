from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.directory.users import account_key, canonical_name, canonical_upn, windows_account_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("alice@example.test", "alice@example.test"),
        (" Alice@EXAMPLE.Test ", "alice@example.test"),
        ("EXAMPLE\\Alice", "example\\alice"),
        ("o'neil.jr-2@example.test", "o'neil.jr-2@example.test"),
        ("Ju\u0308rgen@example.test", "jürgen@example.test"),
        ("alice+vpn@example.test", "alice+vpn@example.test"),
        ("Corp.Example.Test\\Alice", "alice@corp.example.test"),
        ("İlker@Şirket.example", "i\u0307lker@şirket.example"),
        ("ŞİRKET\\İLKER", "şi\u0307rket\\i\u0307lker"),
        ("ศรีสุข@ตัวอย่าง.example", "ศรีสุข@ตัวอย่าง.example"),
        ("हिन्दी@उदाहरण.example", "हिन्दी@उदाहरण.example"),
        ("उदाहरण\\स्त्री", "उदाहरण\\स्त्री"),
    ],
)
def test_a_name_has_one_spelling(typed, name):
    assert canonical_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "alice",
        "@example.test",
        "alice@",
        "alice@@example.test",
        "alice@example.test@example.test",
        "a\\b\\c",
        "alice@example..test",
        "al ice@example.test",
        "alice\r\n@example.test",
        "alice\x00@example.test",
        "<b>@example.test",
        "\ud800@example.test",
        "a" * 300 + "@example.test",
        "corp.\\alice",
        ".example\\alice",
        "\u0307lker@example.test",
        "alice@\u0e31.example",
        "alice\ufe0f@example.test",
        "a\u034flice@example.test",
        "\u200dalice@example.test",
    ],
)
def test_a_malformed_name_has_no_canonical_spelling(typed):
    assert canonical_name(typed) is None


PARTS = st.text(st.characters(categories=["L", "M", "N"], include_characters=".-_+"), max_size=20)


@given(st.tuples(PARTS, st.sampled_from("@\\"), PARTS).map("".join))
@example("İ@example.test")
@example("ΟΔΟΣ@example.test")
def test_the_canonical_spelling_is_canonical(typed):
    name = canonical_name(typed)

    assert name is None or canonical_name(name) == name
    assert name is None or canonical_name(name.upper()) in (
        None,
        canonical_name(name.upper().lower()),
    )


@given(PARTS, PARTS)
def test_a_user_is_found_by_upn_and_by_the_domain_in_full(user, domain):
    upn = canonical_name(f"{user}@{domain}.example")

    if upn is not None and not {"@", "\\"} & set(user + domain):
        assert canonical_name(f"{domain}.example\\{user}") == upn


def test_an_account_name_is_made_of_the_first_label_of_the_domain():
    assert windows_account_name("alice@corp.example.test") == "CORP\\alice"
    assert account_key("alice@corp.example.test") == canonical_name("Corp\\ALICE")


def test_an_account_name_is_no_upn():
    assert canonical_upn("EXAMPLE\\alice") is None
    assert canonical_upn("Alice@example.test") == "alice@example.test"


@given(st.from_regex(r"\A[a-z0-9.-]{1,12}@[a-z0-9-]{1,8}(\.[a-z]{2,5}){1,2}\Z"))
def test_beside_the_backslash_an_account_name_has_nothing_that_the_upn_has_not(upn):
    """So a search looks for a text without it in the UPN alone."""
    domain, _, user = account_key(upn).partition("\\")

    assert upn.startswith(f"{user}@{domain}")
