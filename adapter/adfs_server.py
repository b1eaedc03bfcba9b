"""AD FS: which build a server's text proves, and what a push shows on a server of that build.

The counterpart of ``nps_extension.py``. The table of required updates is in
``adapter/windows/products.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from adapter import reasons
from adapter.reasons import Verdict
from adapter.sentences import sentence
from adapter.windows import (
    HOW_TO_TELL,
    NUMBER_MATCHING_SINCE,
    Build,
    RequiredUpdate,
    Server,
    bare_build,
    describe,
)

if TYPE_CHECKING:
    from adapter.windows import Reading

_INSTALLED: Final = Verdict("number_match", "kb_installed", (reasons.UPDATE_INSTALLED,))
_LATER_INSTALLED: Final = Verdict(
    "number_match",
    "kb_installed",
    (reasons.UPDATE_INSTALLED, reasons.UPDATES_ARE_CUMULATIVE),
)
_MISSING: Final = Verdict("approve_deny", "kb_missing", (reasons.UPDATE_MISSING,))
_EARLIER: Final = Verdict("approve_deny", "not_in_table", (reasons.EARLIER_VERSION,))
_UNLISTED: Final = Verdict("approve_deny", "not_in_table", (reasons.UNLISTED_VERSION,))
_AFTER_TABLE: Final = Verdict("number_match", "after_table_by_setting", (reasons.AFTER_TABLE,))

_FIRST_BASE: Final = min(NUMBER_MATCHING_SINCE)
_LAST_BASE: Final = max(NUMBER_MATCHING_SINCE)
_MAX_BARE_LENGTH: Final = 24


class ProvenServer(NamedTuple):
    """A server whose build is proven far enough to decide; ``warnings`` say what is not."""

    server: Server
    warnings: tuple[str, ...] = ()


def read_host(host: str | Build) -> ProvenServer | Reading:
    """Return the server that *host* tells, or the reading of a text that tells too little.

    *host* is a build or any text that a server prints. A build alone, as every sign-in has it, is
    found without reading a text. Raises :class:`~adapter.windows.TextTooLongError`.
    """
    server = _server_of_build(host)
    if server is not None:
        return ProvenServer(server)
    from adapter.windows import read_server_text

    reading = read_server_text(str(host))
    server = _proven_server(reading)
    if server is None:
        return reading
    return ProvenServer(server, (*reading.warnings, *_proof_warnings(reading)))


def by_build(server: Server, products_after_table: str) -> Verdict:
    """Return what a push shows at *server*: a number from the required update on.

    *products_after_table* says so for products newer than Microsoft's table.
    """
    build, required = server.build, server.required
    if required is None:
        return _of_unlisted(build.base, products_after_table)
    if not build.includes(required.build):
        return _MISSING
    return _INSTALLED if build == required.build else _LATER_INSTALLED


def by_product(reading: Reading, products_after_table: str) -> Verdict | None:
    """Return what a push shows at a server whose revision is unknown, or None if that matters.

    It matters to the products of Microsoft's table alone: no other has an update to wait for.
    """
    if reading.base is None or not reading.is_base_certain:
        return None
    if reading.base in NUMBER_MATCHING_SINCE:
        return None
    return _of_unlisted(reading.base, products_after_table)


def explain_undecided(
    reading: Reading, required: RequiredUpdate | None, listed: Server | None
) -> Iterator[str]:
    """Yield what a text proves that is too little to decide, and how to learn the rest.

    *required* is the update that the product needs, *listed* the server as its hotfix list has it;
    both may be None.
    """
    yield from reading.warnings
    if required is not None:
        yield sentence(
            "{product} shows a number from {kb} ({build}) on.",
            product=required.product,
            kb=required.kb,
            build=required.build,
        )
    elif reading.base is not None:
        yield explain_unlisted(reading)
    if listed is not None and listed.installed is not None:
        yield (
            sentence(
                "The newest cumulative update in the hotfix list is {kb} ({build}); "
                "that proves neither that a later one is installed nor that none is.",
                kb=listed.installed.kb,
                build=listed.build,
            )
        )
        yield from listed.warnings
    elif reading.kbs:
        yield sentence(
            "The hotfix list holds no cumulative update of this server; that proves nothing."
        )
    yield HOW_TO_TELL + "."


def _of_unlisted(base: int, products_after_table: str) -> Verdict:
    if base < _FIRST_BASE:
        return _EARLIER
    if base > _LAST_BASE and products_after_table == "number_match":
        return _AFTER_TABLE
    return _UNLISTED


def explain_unlisted(reading: Reading) -> str:
    """Return the sentence on a product that is not in Microsoft's table."""
    name = reading.product or f"the base build {reading.base}"
    return f"Microsoft's table has no update for {name}, whatever its revision."


def _server_of_build(host: str | Build) -> Server | None:
    if isinstance(host, Build):
        return describe(host)
    return _server_of_text(host) if len(host) <= _MAX_BARE_LENGTH else None


@lru_cache(maxsize=1024)
def _server_of_text(text: str) -> Server | None:
    build = bare_build(text)
    return None if build is None else describe(build)


def _proven_server(reading: Reading) -> Server | None:
    """Return the server as far as the text proves it; None if that is too little to decide.

    A hotfix list proves that its updates are installed, and never that a later one is not.
    """
    build = reading.build or reading.at_least
    if build is None:
        return None
    server = describe(build)
    short = server.required is not None and not build.includes(server.required.build)
    return None if short and reading.build is None else server


def _proof_warnings(reading: Reading) -> Iterator[str]:
    if reading.build is None:
        yield (
            sentence(
                "The hotfix list proves {at_least} or later, unless an update in it "
                "still waits for a restart.",
                at_least=reading.at_least,
            )
        )
