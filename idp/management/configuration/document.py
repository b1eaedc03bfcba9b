"""Reads a document from TOML or JSON and writes it: a table of sections with a format number."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

from adapter.errors import TallystickError
from idp.management.configuration.toml_text import write_toml
from idp.toml_reading import read_toml

FORMAT = 1
"""The number of the format. A later one, which this version cannot read, is refused."""

Table = dict[str, Any]


class NotAConfiguration(TallystickError):
    """Raised for what is neither TOML nor JSON, or not a table."""

    code = "not_a_configuration"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Give what tallystick config export writes")


def read_document(text: str) -> Table:
    """Return the table in TOML, or in JSON if *text* begins with ``{``; keys are not checked."""
    try:
        is_json = text.lstrip().startswith("{")  # no TOML begins like this
        found = json.loads(text) if is_json else read_toml(text)
    except (ValueError, RecursionError) as error:
        fault = "its tables are nested too deeply" if isinstance(error, RecursionError) else error
        raise NotAConfiguration(f"This is neither TOML nor JSON: {fault}") from None
    return checked_table(found)


def text_of(content: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with a byte order mark as Windows writes it."""
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotAConfiguration("The file is not text in UTF-8") from None


def checked_table(value: object) -> Table:
    """Return *value* if it is a table whose texts can be stored."""
    if not isinstance(value, dict):
        raise NotAConfiguration("This is not a table of sections")
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, RecursionError):
        raise NotAConfiguration(
            "A text holds half a character, or tables are nested too deeply"
        ) from None
    return value


def write_document(document: Table, form: str = "toml") -> str:
    """Return a document as text; *form* is ``toml`` or ``json``."""
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return write_toml(document)
