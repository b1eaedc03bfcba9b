"""Finished English texts that a page can show in another language.

A use case returns them as plain text: commands, REST and logs use them as they are. A page
translates the template and fills in the values again (``idp/web/page_texts.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Sentence(str):
    """A text in English, with the template and the values that it is made of.

    A value may be a :class:`Sentence` itself. ``number`` chooses between ``template`` and
    ``plural``; None if the text has no plural.
    """

    template: str
    plural: str
    number: int | None
    values: Mapping[str, object]


def sentence(template: str, /, **values: object) -> Sentence:
    """Return the text of ``template.format(**values)``, to be translated where a page shows it.

    ``python -m checks.catalogues`` finds the template, which must be a literal.
    """
    return _made(template.format_map(values) if values else template, template, values)


def counted(singular: str, plural: str, number: int, /, **values: object) -> Sentence:
    """Return the form of a text for *number*, which both forms may use as ``{number}``."""
    values = {"number": number, **values}
    text = (singular if number == 1 else plural).format_map(values)
    return _made(text, singular, values, plural, number)


def joined(separator: str, parts: Iterable[str]) -> Sentence:
    """Return texts with *separator* between them; each part is translated by itself."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    template = separator.join(f"{{{name}}}" for name in values)
    return _made(template.format_map(values), template, values)


def _made(
    text: str,
    template: str,
    values: Mapping[str, object],
    plural: str = "",
    number: int | None = None,
) -> Sentence:
    made = Sentence(text)
    made.template, made.values, made.plural, made.number = template, values, plural, number
    return made
