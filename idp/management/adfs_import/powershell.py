"""Reads JSON that ``ConvertTo-Json`` wrote, and values as both PowerShells write them.

Windows PowerShell 5 writes UTF-16, dates as ``/Date(0)/``, and a piped array as an object with
``value`` and ``Count``. Below ``-Depth`` both write an object as the text that it prints, so a
certificate may be a list of bytes, those bytes in one text, base64, or nothing that can be read.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Any

from adapter.errors import TallystickError
from idp.saml.certificates import BadCertificate, read_certificate
from idp.saml.usable_keys import MIN_RSA_BITS_OF_OLD_TRUSTS

MAX_FILE = 16 * 1024 * 1024
MAX_OBJECTS = 5000
Object = dict[str, Any]

_TRUE, _FALSE = ("true", "1"), ("false", "0", "")
_WRAPPED = {"value", "count"}


class NotAnExport(TallystickError):
    """Raised for a file that is no JSON of PowerShell."""

    code = "not_an_adfs_export"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Write it with ConvertTo-Json -Depth 8 on the AD FS server")


class Unreadable(Exception):
    """Raised for a value that is not what its property has; the text says what is wrong."""


def read_objects(content: bytes) -> list[Object | str]:
    """Return the objects of a file, one or an array of them; a text stands for claim rules.

    Raises :class:`NotAnExport`.
    """
    if len(content) > MAX_FILE:
        raise NotAnExport(f"The file is larger than {MAX_FILE // 1024 // 1024} MiB")
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
        found = list(_flat(json.loads(text)))
        json.dumps(found, ensure_ascii=False).encode()  # half a character cannot be stored
    except (ValueError, RecursionError):
        raise NotAnExport("The file is not JSON") from None
    if not found or len(found) > MAX_OBJECTS:
        raise NotAnExport(f"The file has {len(found)} objects")
    return found


def _flat(value: object) -> Iterator[Object | str]:
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    elif isinstance(value, dict) and is_wrapped(value):
        yield from _flat(value["value"])
    elif isinstance(value, (dict, str)):
        yield value


def is_wrapped(value: Object) -> bool:
    """Say whether PowerShell 5 has put an array into an object of its own."""
    return "value" in value and {key.lower() for key in value} <= _WRAPPED


def text_of(value: object) -> str:
    """Return a text: also of a number, and of a text that PowerShell 5 gave properties."""
    if value is None:
        return ""
    if isinstance(value, dict):
        for key in ("OriginalString", "AbsoluteUri", "value", "Value"):
            if isinstance(value.get(key), str):
                return str(value[key]).strip()
        raise Unreadable("it is an object and not a text")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unreadable("it is not a text")
    return str(value).strip()


def texts_of(value: object) -> list[str]:
    """Return a list of texts; one text is a list of one."""
    if isinstance(value, dict) and is_wrapped(value):
        value = value["value"]
    if value is None or value in ("", {}):
        return []
    return [
        text for each in (value if isinstance(value, list) else [value]) if (text := text_of(each))
    ]


def flag_of(value: object) -> bool:
    """Return true or false."""
    text = str(value).lower() if isinstance(value, (bool, int, str)) else "?"
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Unreadable("it is neither true nor false")


def number_of(value: object) -> int:
    """Return a whole number."""
    try:
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return int(value)
    except ValueError:
        pass
    raise Unreadable("it is not a whole number")


def certificates_of(value: object) -> list[str]:
    """Return certificates in base64; raises :class:`Unreadable` if one of them cannot be read."""
    if isinstance(value, dict) and is_wrapped(value):
        value = value["value"]
    if value is None or value in ("", {}, []):
        return []
    return [_certificate(each) for each in (value if isinstance(value, list) else [value])]


def _certificate(value: object) -> str:
    raw = value.get("RawData") if isinstance(value, dict) else value
    try:
        return read_certificate(_bytes_of(raw), MIN_RSA_BITS_OF_OLD_TRUSTS)
    except (BadCertificate, ValueError) as error:
        told = error.problem if isinstance(error, BadCertificate) else "its bytes are not there"
        raise Unreadable(f"a certificate cannot be read ({told}); export with -Depth 8") from None


def _bytes_of(raw: object) -> bytes:
    """Return bytes that are a list of numbers, such a list in one text, or base64."""
    if isinstance(raw, dict) and is_wrapped(raw):
        raw = raw["value"]
    if isinstance(raw, list):
        return bytes(number for number in raw if isinstance(number, int))
    if isinstance(raw, str):
        words = raw.split()
        if len(words) > 1 and all(word.isascii() and word.isdigit() for word in words):
            return bytes(map(int, words))
        return raw.encode("ascii")
    raise ValueError("no bytes")
