"""Escapes text for XML, in the form of canonical XML (xml-c14n §2.3). No other module does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from adapter.errors import TallystickError

# All characters that XML 1.0 §2.2 does not allow; none of them is printable. It is compiled when it
# is first needed, since that takes 3 ms.
_UNWRITABLE = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE = str.maketrans({
    "&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;",
})  # fmt: skip


_OFFSET_LENGTH = len("+00:00")


class UnwritableCharacter(TallystickError):
    """Raised for a character that no XML document can contain, such as NUL."""

    code = "unwritable_character"


def is_writable(value: str) -> bool:
    """Say whether XML can contain every character of *value*."""
    return value.isprintable() or re.search(_UNWRITABLE, value) is None


def text(value: str) -> str:
    """Return *value* escaped as the text of an element."""
    if value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
        return value  # nearly always, and much faster than a table
    _check(value)
    return value.translate(_TEXT)


def attribute(value: str) -> str:
    """Return *value* escaped as an attribute's value, without the double quotes around it."""
    if value.isprintable() and "&" not in value and "<" not in value and '"' not in value:
        return value
    _check(value)
    return value.translate(_ATTRIBUTE)


def optional(name: str, value: str | None) -> str:
    """Return the attribute *name* with a space before it; empty if *value* is None."""
    return "" if value is None else f' {name}="{attribute(value)}"'


@lru_cache(maxsize=32)  # one assertion names the same moments several times
def instant(moment: datetime) -> str:
    """Return an aware *moment* as xs:dateTime in AD FS's form: UTC, milliseconds, ``Z``."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no place in a SAML message")
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{in_utc.isoformat(timespec='milliseconds')[:-_OFFSET_LENGTH]}Z"


def _check(value: str) -> None:
    unwritable = re.search(_UNWRITABLE, value)
    if unwritable is not None:
        raise UnwritableCharacter(
            f"A text holds the character U+{ord(unwritable.group()):04X}, which XML cannot hold",
            "Remove it from the directory or the trust",
        )
