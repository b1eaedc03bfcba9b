"""Makes the text of a foreign exception fit for the log: one short line without known secrets.

The host knows what an adapter was trusted with: what the user posted, ``context.data``, and the
adapter's configuration. Whatever of that stands in the text is replaced by the name of its source.
"""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

MAX_MESSAGE = 300
MAX_READ = 10_000
"""Characters of a text that are looked at."""

SHORT, LONG = 6, 200
"""Characters: a value below SHORT is only found as a whole word, one from LONG on by its begin."""

MIN_SECRET = 2
"""Shorter values of data and configuration are no secrets, and stand in every text by chance."""

_WORDS_OF_CONFIG = re.compile(r"[^\s\"'<>=:,;{}\[\]()]{6,}")


class Secrets:
    """Values that must not stand in the log, each with the name of its source."""

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}

    def add_fields(self, fields: Mapping[str, str]) -> None:
        """Add the fields of a post, except the provider's name."""
        for name, value in fields.items():
            if name != "AuthMethod" and value.strip():
                self._add(value, "posted")

    def add_data(self, data: object) -> None:
        """Add the values of ``context.data``."""
        for value in _leaves(data):
            if len(value) >= MIN_SECRET:
                self._add(value, "data")

    def add_config(self, config: bytes | None) -> None:
        """Add the values of a configuration file: TOML, JSON, or any other text."""
        for value in _values_of_config(config or b""):
            if len(value) >= MIN_SECRET:
                self._add(value, "configuration")

    def clean(self, text: str) -> str:
        """Return *text* without secrets and control characters, cut to :data:`MAX_MESSAGE`."""
        text = self._redacted(text[:MAX_READ])
        text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
        return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"

    def _redacted(self, text: str) -> str:
        lower = text.lower()
        found = [form for form in self._sources if form in text or form.lower() in lower]
        if not found:
            return text
        found.sort(key=len, reverse=True)
        pattern = "|".join(f"({_whole(form)})" for form in found)
        return re.sub(
            pattern,
            lambda match: f"[{self._sources[found[(match.lastindex or 1) - 1]]}]",
            text,
            flags=re.IGNORECASE,
        )

    def _add(self, value: str, source: str) -> None:
        """Add a value, also in the forms in which programs write it into the text of an error."""
        plain = value.strip()
        forms = (
            value,
            plain,
            plain.upper(),  # of some letters, more than one case
            plain.lower(),
            repr(plain)[1:-1],
            json.dumps(plain)[1:-1],
            html.escape(plain),
            repr(plain.encode(errors="replace"))[2:-1],
            quote(plain, errors="replace"),  # in the path of a URL
            quote(plain, safe="", errors="replace"),
            quote_plus(plain, errors="replace"),  # in a query or a form
        )
        for form in forms:
            self._sources.setdefault(form[:LONG], source)


def _whole(form: str) -> str:
    """Return a pattern for a value: a short one is no part of a longer word or number.

    Of a long one only the beginning is looked for; what follows may be its rest.
    """
    if len(form) >= LONG:
        return rf"{re.escape(form)}[\s\S]*"
    if len(form) >= SHORT:
        return re.escape(form)
    return rf"(?<!\w){re.escape(form)}(?!\w)"


def _leaves(value: object) -> Iterator[str]:
    """Yield the texts and numbers within JSON or TOML, as text."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _values_of_config(config: bytes) -> Iterator[str]:
    text = config.decode(errors="replace")
    for load in (tomllib.loads, json.loads):
        try:
            yield from _leaves(load(text))
        except (ValueError, RecursionError):
            continue
        return
    yield from _WORDS_OF_CONFIG.findall(text)
