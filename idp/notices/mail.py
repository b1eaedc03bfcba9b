"""The text of a mail: what happened to the account, with nothing in it that signs anybody in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from adapter.errors import TallystickError
from idp.federation.relying_party.trust import name_for_people
from idp.notices.occasions import Occasion

_ATOM = r"[^\x00-\x20\x7f()<>\[\]:;@\\,\".]+"
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_ADDRESS = re.compile(rf"({_DOT_ATOM})@({_DOT_ATOM})")
"""RFC 5322 §3.2.3 and §3.4.1, with RFC 6531 §3.3; not quoted, and no address literal."""

SUBJECT = "Your sign-in methods have changed"

_TEXT = """\
Hello {name},

your account {user} at {server} has changed:

{changes}

If this was not you, tell your administrator at once.

This mail contains no link, and asks for no password and no code. It cannot be answered.
"""


class BadMailAddress(TallystickError):
    """Raised for an address that no mail can be sent to."""

    code = "bad_mail_address"


def write_mail(
    identifier: str,
    occasions: Sequence[Occasion],
    *,
    to: str,
    display_name: str,
    sender: str,
    server: str,
    now: datetime,
) -> EmailMessage:
    """Return a mail to the address *to* about *occasions*, which are of one user.

    ``identifier`` becomes the Message-ID, ``server`` is the server's host name. Raises
    :class:`BadMailAddress` for an address with a line break, without a domain or the like.
    """
    receiver = _address(to)
    name = name_for_people(display_name, occasions[0].user)
    mail = EmailMessage(policy=SMTP if receiver.addr_spec.isascii() else SMTPUTF8)
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = receiver
    mail["Subject"] = SUBJECT
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{identifier}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    changes = "\n".join(f"- {each.at:%Y-%m-%d %H:%M} UTC: {each.sentence}" for each in occasions)
    text = _TEXT.format(name=name, user=occasions[0].user, server=server, changes=changes)
    mail.set_content(text, cte="quoted-printable")
    return mail


def _address(text: str) -> Address:
    """Return the address alone, without a display name: no header holds a text of the user's.

    What looks like an encoded word (RFC 2047 §2) is refused: Python decodes it, even within an
    address, and it may hold a line break.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not text.isprintable() or "=?" in text:
        raise _bad_address()
    return Address(username=found[1], domain=found[2])


def _bad_address() -> BadMailAddress:
    return BadMailAddress("The mail address of the user is not one", "Correct it in the directory")
