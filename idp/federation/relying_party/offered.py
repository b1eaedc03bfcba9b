"""Trusts a page at a time: those that users may choose from, and those of the Trusts page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import StoredTrust


@dataclass(frozen=True, slots=True)
class OfferedTrusts:
    """One page of enabled trusts, in the order they were added.

    ``choices`` are entity ids and display names. ``after`` is the place from which the next page
    goes on, None if this is the last one. A page may have fewer choices than were asked for, even
    none, if trusts on it are disabled.
    """

    choices: tuple[tuple[str, str], ...]
    after: int | None = None


@dataclass(frozen=True, slots=True)
class TrustPage:
    """One page of trusts, readable or not, in the order they were added.

    ``after`` is the place from which the next page goes on, None if this is the last one.
    """

    trusts: tuple[StoredTrust, ...]
    after: int | None = None


def find_page(
    read: Callable[[int, int, str], TrustPage], after: int, limit: int, text: str
) -> TrustPage:
    """Return up to *limit* trusts whose entity ID or name contains *text*, in any case.

    *read* reads a page behind a place; what it finds may contain *text* somewhere else.
    """
    found: tuple[StoredTrust, ...] = ()
    place: int | None = after
    while place is not None and len(found) < limit:
        page = read(place, limit - len(found), text)
        found += tuple(trust for trust in page.trusts if _is_named(trust, text.lower()))
        place = page.after
    return TrustPage(found, place)


def _is_named(trust: StoredTrust, text: str) -> bool:
    # A trust that cannot be read has no name.
    name = getattr(trust, "display_name", "")
    return text in f"{name}\n{trust.entity_id}".lower()
