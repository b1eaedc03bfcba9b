"""The text of a mail: whatever names and addresses hold, it has the headers that we give it."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.clock import NOON
from support.users import ALICE

from idp.notices.mail import BadMailAddress, write_mail
from idp.notices.occasions import OCCASIONS, Occasion

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
]  # fmt: skip
HOSTILE = st.text(st.sampled_from('\r\n\0\u2028\u202e\u2066\u200b ,;:<>"@()\\=?ab'), max_size=40)


def written(to="a.archer@mail.test", display_name="Alice Archer", codes=OCCASIONS, **named):
    occasions = [Occasion(code, ALICE, NOON, "android", **named) for code in codes]
    return write_mail(
        "id",
        occasions,
        to=to,
        display_name=display_name,
        sender="no-reply@sts.example.test",
        server="sts.example.test",
        now=NOON,
    )


def read(mail):
    return message_from_bytes(mail.as_bytes(), policy=policy.default)


def test_a_mail_says_what_happened_and_to_whom():
    mail = read(written())

    assert mail["To"] == "a.archer@mail.test"
    assert mail["From"] == "no-reply@sts.example.test"
    assert mail["Message-ID"] == "<id@sts.example.test>"
    text = mail.get_content()
    assert "Hello Alice Archer," in text
    assert f"account {ALICE} at sts.example.test" in text
    assert "- 2024-05-01 12:00 UTC: An Authenticator app (Android) was added" in text
    assert text.count("\n- ") == len(OCCASIONS)


def test_a_mail_has_no_link_and_nothing_that_the_owner_of_a_device_chose():
    text = read(written(name="Call https://evil.example/ now")).get_content()

    assert "evil" not in text
    assert "://" not in text
    assert "www." not in text


@given(name=HOSTILE)
@example("Alice\r\nBcc: all@example.test")
@example("Alice\n\nAnother text")
@example("=?utf-8?q?=0d=0aBcc:_x?=")
@example("\u202eecilA")
def test_a_display_name_adds_no_header_and_no_line(name):
    mail = read(written(display_name=name))

    assert sorted(mail.keys()) == sorted(HEADERS)
    assert not mail.defects
    first, second = mail.get_content().splitlines()[:2]
    assert first.startswith("Hello ")
    assert second == ""
    assert not set(first) & set("\u202e\u2066\u200b\u2028\0")


@given(address=HOSTILE | st.builds("{}@{}".format, HOSTILE, HOSTILE))
@example("a@b.test\r\nBcc: all@example.test")
@example("a@b.test, c@d.test")
@example("a@b.test\u202e")
@example("@b.test")
@example("=?utf-8?q?=0d=0aBcc=3a_x=40evil.test?=@b.test")
@example("=?utf-8?q?x=40evil.test=2cy?=@b.test")
@example("a@")
def test_an_address_is_the_only_receiver_or_refused(address):
    try:
        mail = read(written(to=address))
    except BadMailAddress:
        return
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert [each.addr_spec for each in mail["To"].addresses] == [address]


@pytest.mark.parametrize("address", ["a@b.test", "a.b+c@sub.b.test", "ä@b.test", "a@bücher.test"])
def test_usual_addresses_are_written(address):
    assert f"To: {address}\r\n".encode() in written(to=address).as_bytes()


@pytest.mark.parametrize("address", ["", "a", "a@", "@b", "a b@c.test", "a@b.test\n", "<a@b.test>"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadMailAddress):
        written(to=address)
