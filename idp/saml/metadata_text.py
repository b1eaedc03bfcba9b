"""Brings metadata to UTF-8, whatever encoding it is in (XML 1.0, appendix F).

Both parsers are told that everything is UTF-8, so that they cannot read two different documents.
The signature of metadata survives, since it is over the canonical form, which is in UTF-8.
"""

from __future__ import annotations

import re

from idp.saml.bad_metadata import BadMetadata

_declaration = re.compile(
    r"(<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"'])([A-Za-z][A-Za-z0-9._-]*)"
).match
_MAX_DECLARATION = 200

_STARTS = (
    # first bytes  encoding
    (b"\xff\xfe",  "utf-16"),
    (b"\xfe\xff",  "utf-16"),
    (b"<\0",       "utf-16-le"),
    (b"\0<",       "utf-16-be"),
)  # fmt: skip
_LATIN_1 = ("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1")
_WINDOWS_1252 = ("windows-1252", "cp1252", "cp-1252")


def to_utf8(metadata: bytes) -> bytes:
    """Return *metadata* in UTF-8, with a declaration that says so.

    It may be in UTF-8, in UTF-16 with or without a byte order mark, in ISO-8859-1 or windows-1252
    if its declaration says so, and in any encoding if it is all ASCII. Raises
    :class:`~idp.saml.bad_metadata.BadMetadata`.
    """
    encoding = _encoding_of(metadata)
    if encoding is None:
        return metadata
    try:
        return encode(metadata.decode(encoding))
    except UnicodeDecodeError:
        raise BadMetadata(f"it is not in {encoding.upper()}, as it says") from None


def encode(text: str) -> bytes:
    """Return metadata that is a text already in UTF-8, with a declaration that says so."""
    declared = _declaration(text)
    if declared is not None:
        text = f"{text[: declared.end(1)]}UTF-8{text[declared.end(2) :]}"
    return text.encode("utf-8", errors="replace")


def _encoding_of(metadata: bytes) -> str | None:
    """Return the encoding to decode *metadata* from, None if it is UTF-8 as far as can be seen."""
    for start, encoding in _STARTS:
        if metadata.startswith(start):
            return encoding
    declared = _declaration(metadata[:_MAX_DECLARATION].decode("latin-1"))
    name = "" if declared is None else declared[2].lower()
    if name in _LATIN_1:
        return "iso-8859-1"
    if name in _WINDOWS_1252:
        return "windows-1252"
    # Programs on Windows declare UTF-16 in what they then write in UTF-8.
    if not name or name.startswith("utf") or metadata.isascii():
        return None
    raise BadMetadata(
        f"it is in the encoding {name[:40]!r}, and only UTF-8, UTF-16, ISO-8859-1 and windows-1252 "
        "are read"
    )
