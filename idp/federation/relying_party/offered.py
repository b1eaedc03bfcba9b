"""The trusts that users may choose from on the IdP-initiated page, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferedTrusts:
    """One page of enabled trusts, in the order they were added.

    ``choices`` are entity ids and display names. ``after`` is the place from which the next page
    goes on, None if this is the last one. A page may have fewer choices than were asked for, even
    none, if trusts on it are disabled.
    """

    choices: tuple[tuple[str, str], ...]
    after: int | None = None
