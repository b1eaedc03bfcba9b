"""Decodes text that commands read from files and standard input, as Windows tools write it."""

from __future__ import annotations

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE


def decode_text(content: bytes) -> str:
    """Decode the content of a file: UTF-8, or UTF-16 with a byte order mark as of PowerShell."""
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig")


def read_windows_output() -> str:
    """Return the text on standard input, decoded as output of a Windows command.

    Of a text that is too long, it reads as much as is needed to refuse it.
    """
    from adapter.windows import MAX_TEXT_LENGTH, decode_output

    return decode_output(sys.stdin.buffer.read(4 * (MAX_TEXT_LENGTH + 1)))  # at most 4 bytes each
