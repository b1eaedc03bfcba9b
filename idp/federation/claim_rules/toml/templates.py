"""Reads and writes values as templates: ``{value}`` is a part of a claim, ``{{`` a plain brace.

In braces: ``value``, ``type``, ``issuer`` or ``property "URI"`` of the claim that the first
condition selected; ``2.value`` of the second condition's; ``replace(value, "pattern",
"replacement")``, whose first argument may join several with ``+``. A quotation mark in quotation
marks is doubled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import Part, Ref, Replace, Text, join_text
from idp.federation.claim_rules.validation import MAX_DEPTH

_LITERAL = re.compile(r"(?:[^{}]|\{\{|\}\})+")
_TOKEN = re.compile(r'\s*(?:(?P<word>[a-z0-9.]+)|"(?P<text>(?:[^"]|"")*)"|(?P<sign>[(),+}]))')
_PARTS = ("value", "type", "issuer")


def read(template: str) -> Text:
    """Return the text of a template; raises :class:`BadRule`."""
    reader = _Reader(template)
    pieces: list[str | Ref | Replace] = []
    while reader.at < len(template):
        literal = _LITERAL.match(template, reader.at)
        if literal:
            reader.at = literal.end()
            pieces.append(literal[0].replace("{{", "{").replace("}}", "}"))
            continue
        if template[reader.at] == "}":
            raise reader.fault()
        reader.at += 1
        pieces.append(reader.piece(0))
        reader.sign("}")
    return join_text(*pieces)


def write(text: Text) -> str:
    """Return the template of a text."""
    return "".join(
        piece.replace("{", "{{").replace("}", "}}")
        if isinstance(piece, str)
        else f"{{{_format_piece(piece)}}}"
        for piece in text
    )


@dataclass(slots=True)
class _Reader:
    template: str
    at: int = 0

    def fault(self) -> BadRule:
        return BadRule(
            f"{self.template!r} cannot be understood from character {self.at + 1} on",
            'Write {value}, {2.value} or {replace(value, "pattern", "with")}; double other braces',
        )

    def token(self) -> re.Match[str]:
        token = _TOKEN.match(self.template, self.at)
        if token is None:
            raise self.fault()
        self.at = token.end()
        return token

    def sign(self, *wanted: str) -> str:
        before = self.at
        sign: str | None = self.token()["sign"]
        if sign not in wanted:
            self.at = before
            raise self.fault()
        return sign

    def string(self) -> str:
        before = self.at
        text: str | None = self.token()["text"]
        if text is None:
            self.at = before
            raise self.fault()
        return text.replace('""', '"')

    def piece(self, depth: int) -> str | Ref | Replace:
        before, token = self.at, self.token()
        if token["text"] is not None and depth:
            return token["text"].replace('""', '"')
        if token["word"] == "replace" and depth <= MAX_DEPTH:
            return self.replace(depth)
        number, point, name = (token["word"] or "").rpartition(".")
        if (point and not re.fullmatch("[1-9]", number)) or name not in (*_PARTS, "property"):
            self.at = before
            raise self.fault()
        key = self.string() if name == "property" else ""
        return Ref(int(number or 1) - 1, Part(name, key))

    def replace(self, depth: int) -> Replace:
        self.sign("(")
        source = [self.piece(depth + 1)]
        while self.sign("+", ",") == "+":
            source.append(self.piece(depth + 1))
        pattern = self.string()
        self.sign(",")
        replacement = self.string()
        self.sign(")")
        return Replace(join_text(*source), pattern, replacement)


def _format_piece(piece: str | Ref | Replace) -> str:
    match piece:
        case Ref(number, part):
            name = f"property {_quoted(part.key)}" if part.name == "property" else part.name
            return f"{number + 1}.{name}" if number else name
        case Replace(source, pattern, replacement):
            written = " + ".join(map(_format_piece, source)) or '""'
            return f"replace({written}, {_quoted(pattern)}, {_quoted(replacement)})"
        case _:
            return _quoted(piece)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
