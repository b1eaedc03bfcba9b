"""Texts that commands read from files, as administrators' tools write them."""

from __future__ import annotations

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE


def text_in(content: bytes) -> str:
    """Return the text of a file in UTF-8, or in the UTF-16 that PowerShell writes."""
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


def standard_input() -> str:
    """Return what Windows printed and was piped in; where it is too long, enough to be refused."""
    from adapter.windows import MAX_TEXT_LENGTH, decode_output

    return decode_output(sys.stdin.buffer.read(4 * (MAX_TEXT_LENGTH + 1)))  # at most 4 bytes each
