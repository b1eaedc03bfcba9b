"""What the administrator of a VPN rehearses: a new version of the extension, and the way back.

The sign-ins are those of Debian's pam_radius.
"""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.pam_radius import PamRadius

BEFORE, AFTER = "1.2.2131.2", "1.2.2216.1"
PROMPT = "Enter Your Microsoft verification code"
UNTIL_NEXT_CODE = 31
"""Seconds; a sign-in after them is also no repetition of the one before."""


class SignIns:
    """A user with a phone and codes, who signs in time and again."""

    def __init__(self, federation, pam: PamRadius) -> None:
        self._clock = federation.clock
        self._pam = pam
        self._user = federation.add_user(totp=True)

    def ask_the_phone(self) -> bool:
        """Sign in and approve; say whether that let the user in, without a code."""
        self._clock.advance(UNTIL_NEXT_CODE)
        waiting = self._pam.start(self._user.name, self._user.password)
        (asked,) = self._user.phone.pending(wait=NET_SECONDS)
        self._user.phone.approve()
        ended = waiting.end()
        return ended.status == 0 and not asked.needs_number and PROMPT not in ended.output

    def ask_for_a_code(self) -> bool:
        """Sign in with a code; say whether it was asked for and let the user in."""
        self._clock.advance(UNTIL_NEXT_CODE)
        ended = self._pam.sign_in(self._user.name, self._user.password, self._user.code())
        return ended.status == 0 and PROMPT in ended.output


@pytest.fixture
def sign_ins(federation, run, radius, tmp_path):
    radius.set_client(needs_message_authenticator=False)
    pam = PamRadius(run, tmp_path, f"{radius.host}:{radius.port}", radius.secret)
    return SignIns(federation, pam)


def test_the_new_version_asks_for_codes_until_the_override_is_in_force(radius, sign_ins):
    radius.set(version=BEFORE)
    assert sign_ins.ask_the_phone()

    radius.set(version=AFTER, restart=False)
    assert sign_ins.ask_for_a_code()

    radius.set(override="FALSE", restart=False)
    assert sign_ins.ask_for_a_code(), "the NPS service was not restarted yet"

    radius.set()
    assert sign_ins.ask_the_phone()
