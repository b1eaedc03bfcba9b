"""Where mails go: to an SMTP server (RFC 5321), or as files into a folder."""

from __future__ import annotations

import ssl
from contextlib import closing, suppress
from datetime import UTC
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapter.errors import TallystickError
from idp.federation.token_signing.private_files import replace_private_file

if TYPE_CHECKING:
    import smtplib

    from idp.config.mail import MailSection

SECONDS = 10.0
"""How long the SMTP server may take for each answer."""

MAX_PROBLEM_LENGTH = 200


class MailNotSent(TallystickError):
    """Raised when a mail could not be handed over; it is tried again."""

    code = "mail_not_sent"


class Delivery(Protocol):
    """Hands mails over."""

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over; raises :class:`MailNotSent`."""


class SmtpDelivery:
    """Hands each mail to the SMTP server of ``[mail]``, over a connection of its own.

    With TLS, the server's certificate must be valid for its name.
    """

    def __init__(self, settings: MailSection) -> None:
        self._settings = settings

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over; raises :class:`MailNotSent`."""
        try:
            with closing(self._connect()) as server:
                self._log_in(server)
                server.send_message(mail)
                with suppress(OSError, ValueError):  # the mail is taken, whatever is said now
                    server.quit()
        except (OSError, ValueError) as error:  # SMTPException is an OSError
            problem = f"{type(error).__name__}: {error}"[:MAX_PROBLEM_LENGTH]
            raise MailNotSent(problem, "Check [mail], and the SMTP server") from error

    def _connect(self) -> smtplib.SMTP:
        import smtplib  # most servers of tests and demos send no mail

        settings, host = self._settings, self._settings.host or ""
        if settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, settings.used_port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(host, settings.used_port, timeout=SECONDS)
        if settings.security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.user is not None and settings.password is not None:
            server.login(settings.user, settings.password.get_secret_value())


class FolderDelivery:
    """Writes each mail as a file of mode 0600 into a folder of mode 0700, atomically.

    The name is made of the mail's time and id, so that a mail sent again replaces its file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> None:
        """Write one mail; raises :class:`MailNotSent`."""
        at = parsedate_to_datetime(mail["Date"]).astimezone(UTC)
        identifier = mail["Message-ID"].strip("<>").partition("@")[0]
        path = self._folder / f"{at:%Y%m%dT%H%M%SZ}-{identifier}.eml"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            replace_private_file(path, mail.as_bytes())
        except (OSError, TallystickError) as error:
            raise MailNotSent(f"{path} cannot be written", "Check the folder") from error


def delivery_of(settings: MailSection) -> Delivery:
    """Return where mails go by these settings."""
    return SmtpDelivery(settings) if settings.host else FolderDelivery(settings.folder)


def describe_delivery(settings: MailSection) -> str:
    """Say where mails go, for administrators."""
    if not settings.host:
        return f"Mails are written as files into {settings.folder}, since mail.host is not set"
    how = {"starttls": "STARTTLS", "tls": "TLS", "none": "no TLS"}[settings.security]
    return f"Mails go to {settings.host}:{settings.used_port} by SMTP with {how}"
