"""Checks of the database, the network, the clock and the libraries."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp import operating_system
from idp.doctor.file_checks import sqlite_file
from idp.doctor.findings import (
    Finding,
    Findings,
    Level,
    ServerUnderTest,
    broken,
    from_error,
    warning,
)
from idp.notices.delivery import describe_delivery
from idp.serving.planning import choose_engine, count_workers
from idp.store.engine import Database
from idp.store.sqlite import check_place
from idp.store.upgrade import HEAD, DatabaseTooNew, read_revision

RELEASED_AFTER = datetime(2026, 1, 1, tzinfo=UTC)
"""This version did not exist before, so that a clock with an earlier time is wrong."""


def database(server: ServerUnderTest) -> Findings:
    """Check that the database answers, has a version we know, and can be written."""
    file = sqlite_file(server)
    try:
        if file is not None:
            check_place(file)
    except TallystickError as error:
        yield from_error(error)
        return
    if file is not None and not server.environment.can_write(file.parent):
        yield broken(
            "database_folder_read_only",
            f"The server cannot write to {file.parent}, the folder of its database and journal",
            "Give the account that runs the server write permission there",
        )
        return
    if file is not None and not file.exists():
        yield warning("no_database", "There is no database yet", "tallystick serve creates it")
        return
    store = Database(server.config.store.url)
    try:
        revision = read_revision(store)
    except TallystickError as error:
        yield from_error(error)
        return
    finally:
        store.dispose()
    yield from _revision(revision)
    if file is not None and operating_system.is_open_to_others(file, 0o077):
        yield broken(
            "database_is_open",
            f"Accounts other than its owner can read {file}",
            f"chmod 600 {file}",
        )


def host_name(server: ServerUnderTest) -> Findings:
    """Check that the host name of the base URL has an address."""
    host = urlsplit(server.config.server.base_url).hostname or ""
    try:
        server.environment.resolve(host)
    except (OSError, UnicodeError):
        yield warning(
            "host_not_found",
            f"{host}, the host of server.base_url, has no address here",
            "Add it to DNS, or change server.base_url",
        )


def testing(server: ServerUnderTest) -> Findings:
    """Check that the server sends no faulty responses on purpose."""
    if server.config.testing.allow_faults:
        yield warning(
            "faults_allowed",
            "The server is for testing: it sends faulty responses where it is asked to",
            "For real use set allow_faults = false under [testing], and leave --allow-faults away",
        )


def mail(server: ServerUnderTest) -> Findings:
    """Say where mails go; check that the SMTP server has an address, or that a folder is closed."""
    settings = server.config.mail
    yield Finding(Level.OK, "mail", describe_delivery(settings))
    if settings.host is not None:
        try:
            server.environment.resolve(settings.host)
        except (OSError, UnicodeError):
            yield warning(
                "mail_host_not_found",
                f"{settings.host}, the SMTP server of mail.host, has no address here",
                "Add it to DNS, or change mail.host: mails wait for 18 hours, then they are lost",
            )
    elif settings.folder.exists() and operating_system.is_open_to_others(settings.folder, 0o077):
        yield warning(
            "mail_folder_is_open",
            f"Accounts other than its owner can read {settings.folder}, the folder of mails",
            f"chmod 700 {settings.folder}",
        )


def proxies(server: ServerUnderTest) -> Findings:
    """Check that the server believes headers only from proxies."""
    settings = server.config.proxies
    trusted = (*settings.web_application_proxies, *settings.reverse_proxies)
    for network in trusted:
        if network.prefixlen == 0:
            yield broken(
                "everybody_is_a_proxy",
                f"{network} under [proxies] lets every client choose the address that it seems "
                "to have",
                "List only the addresses of the proxies",
            )
    if trusted and choose_engine(server.config.serve) == "granian":
        yield warning(
            "underscored_headers",
            "granian cannot tell the header X_Forwarded_For, if a proxy passes it on, from "
            "X-Forwarded-For",
            "Make sure that the proxy drops headers with underscores in their names, as nginx "
            "does, or set serve.engine to waitress",
        )


def processes(server: ServerUnderTest) -> Findings:
    """Check that as many processes can answer requests as are set."""
    serve = server.config.serve
    if (serve.workers or 1) > 1 and count_workers(serve, engine := choose_engine(serve)) == 1:
        yield warning(
            "workers_ignored",
            f"One process answers requests, although serve.workers is {serve.workers}: {engine} "
            "has no more here",
            "Remove the setting; granian has more on Linux and macOS",
        )


def clock(server: ServerUnderTest) -> Findings:
    """Check that the clock can be right."""
    now = server.environment.now()
    if now < RELEASED_AFTER:
        yield broken(
            "clock_is_wrong",
            f"The clock of this machine says {now:%Y-%m-%d}",
            "Set it and keep it right with NTP: assertions are valid for minutes",
        )


def libraries(_server: ServerUnderTest) -> Findings:
    """Check that the libraries for XML fit together."""
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
            f"The database has revision {revision}, and this version uses {HEAD}",
            "Back it up; tallystick serve then upgrades it",
        )
