"""The database, the network, the clock and the libraries."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp.doctor.files import sqlite_file
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.serving.plan import choose_engine
from idp.store.engine import Database
from idp.store.upgrade import HEAD, DatabaseTooNew, revision_of

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""This version was not there before: a clock that says so is wrong."""


def database(patient: ServerUnderTest) -> Findings:
    """Whether the database answers, is of a version we know, and can be written."""
    file = sqlite_file(patient)
    if file is not None and not patient.world.can_write(file.parent):
        yield broken(
            "database_folder_read_only",
            f"The server cannot write to {file.parent}, where its database and journal lie",
            "Let the account that runs the server write there",
        )
        return
    if file is not None and not file.exists():
        yield warning("no_database", "There is no database yet", "tallystick serve makes it")
        return
    store = Database(patient.config.store.url)
    try:
        revision = revision_of(store)
    except TallystickError as error:
        yield from_error(error)
        return
    finally:
        store.dispose()
    yield from _revision(revision)
    if file is not None and file.stat().st_mode & 0o077:
        yield broken(
            "database_is_open",
            f"Others than its owner can read {file}",
            f"chmod 600 {file}",
        )


def host_name(patient: ServerUnderTest) -> Findings:
    """Whether the name in all addresses leads anywhere."""
    host = urlsplit(patient.config.server.base_url).hostname or ""
    try:
        patient.world.resolve(host)
    except (OSError, UnicodeError):
        yield warning(
            "host_not_found",
            f"Nobody here knows the address of {host}",
            "Put it into DNS, or change server.base_url",
        )


def proxies(patient: ServerUnderTest) -> Findings:
    """Whether only proxies are believed, and nobody can speak in their name."""
    known = patient.config.proxies
    believed = (*known.web_application_proxies, *known.reverse_proxies)
    for network in believed:
        if network.prefixlen == 0:
            yield broken(
                "everybody_is_a_proxy",
                f"Under [proxies], {network} lets everybody say where they come from",
                "Name the addresses of the proxies alone",
            )
    if believed and choose_engine(patient.config.serve) == "granian":
        yield warning(
            "underscored_headers",
            "A header X_Forwarded_For, should a proxy pass it on, is taken for X-Forwarded-For",
            "See that yours drops names with underscores (nginx does), or set serve.engine to "
            "waitress",
        )


def clock(patient: ServerUnderTest) -> Findings:
    """Whether the time can be right."""
    now = patient.world.now()
    if now < NOT_BEFORE:
        yield broken(
            "clock_is_wrong",
            f"The clock of this machine says {now:%Y-%m-%d}",
            "Set it, and let it be kept by NTP: assertions are good for minutes",
        )


def libraries(_patient: ServerUnderTest) -> Findings:
    """Whether the libraries for XML fit together."""
    try:
        from idp.saml.xmlcrypto import load_xmlsec

        load_xmlsec()
    except TallystickError as error:
        yield from_error(error)


def _revision(revision: str | None) -> Findings:
    if revision is not None and revision > HEAD:
        yield from_error(DatabaseTooNew(revision))
    elif revision != HEAD:
        yield warning(
            "database_is_older",
            f"The database has revision {revision}, this version makes {HEAD}",
            "Back it up; tallystick serve brings it up to date",
        )
