"""The thread of a server that sends the mails of the outbox; nodes and workers share the work."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapter.errors import TallystickError
from idp.counters import log_and_count
from idp.logs import get_logger
from idp.notices.delivery import Delivery, MailNotSent, delivery_of
from idp.notices.mail import BadMailAddress, write_mail
from idp.notices.outbox import Outbox, WaitingMail, pause_after
from idp.rounds import Rounds

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.config.schema import Config
    from idp.counters import Counters
    from idp.directory import Directory

SECONDS_BETWEEN_ROUNDS = 5.0
SECONDS_BETWEEN_MAILS = 0.05
"""Many mails at once, as after an import, must not hold up those who sign in meanwhile."""


class MailSender:
    """Sends each mail that is due, once; one that cannot be sent is tried again later.

    A mail is claimed in the database first, so that no other worker sends it too. Without
    *delivery*, mails go where ``[mail]`` says.
    """

    def __init__(
        self,
        outbox: Outbox,
        directory: Directory,
        config: Config,
        clock: Clock,
        counters: Counters,
        delivery: Delivery | None = None,
    ) -> None:
        self._outbox = outbox
        self._directory = directory
        self._delivery = delivery or delivery_of(config.mail)
        self._server = urlsplit(config.server.base_url).hostname or "localhost"
        self._sender = config.mail.sender or f"no-reply@{_domain_of(self._server)}"
        self._clock = clock
        self._counters = counters
        self._rounds = Rounds("mail sender", self._round, SECONDS_BETWEEN_ROUNDS)

    def start(self) -> None:
        """Call :meth:`send_due` every few seconds in a thread."""
        self._rounds.start()

    def stop(self) -> None:
        """Begin no further mail, and wait for the present one as long as a server may take."""
        self._rounds.stop()

    def send_due(self) -> None:
        """Send the mails that are due."""
        while not self._rounds.is_stopped:
            mail = self._outbox.claim(self._clock.now())
            if mail is None:
                return
            self._send(mail)
            self._rounds.pause(SECONDS_BETWEEN_MAILS)

    def _round(self) -> None:
        try:
            self.send_due()
        except TallystickError:
            return  # the database is away, as requests say; the next round asks again
        except Exception as error:  # a fault of one mail must not end the sending of all
            name = type(error).__name__
            log_and_count(
                self._counters, "mails_not_sent", level="error", code="unforeseen", error=name
            )

    def _send(self, mail: WaitingMail) -> None:
        try:
            written = self._write(mail)
            if written is not None:
                self._delivery.send(written)
        except BadMailAddress as error:
            self._give_up(mail, error)
        except MailNotSent as error:
            self._try_again(mail, error)
        except TallystickError:
            raise
        except Exception as error:  # a fault of ours, which must not be tried for ever
            self._try_again(mail, MailNotSent(type(error).__name__, "Report it"))
        else:
            self._outbox.remove(mail)
            event = "mail_sent" if written is not None else "mail_without_address"
            get_logger().info(event, user=mail.user, mail=mail.id, occasions=_codes(mail))

    def _write(self, mail: WaitingMail) -> EmailMessage | None:
        """Return the mail, None for a user without an address."""
        user = self._directory.find(mail.user)
        if user is None or not user.email:
            return None
        return write_mail(
            mail.id,
            mail.occasions,
            to=user.email,
            display_name=user.display_name,
            sender=self._sender,
            server=self._server,
            now=mail.occasions[-1].at,
        )

    def _try_again(self, mail: WaitingMail, error: MailNotSent) -> None:
        pause = pause_after(mail.tries)
        if pause is None:
            self._give_up(mail, error)
            return
        self._outbox.retry(mail, self._clock.now() + pause)
        log_and_count(
            self._counters,
            "mail_not_sent",
            code="mail_not_sent",
            user=mail.user,
            mail=mail.id,
            tries=mail.tries,
            problem=error.problem,
        )

    def _give_up(self, mail: WaitingMail, error: TallystickError) -> None:
        self._outbox.remove(mail)
        log_and_count(
            self._counters,
            "mail_undeliverable",
            level="error",
            code="mail_undeliverable",
            user=mail.user,
            mail=mail.id,
            occasions=_codes(mail),
            tries=mail.tries,
            cause=error.code,
            problem=error.problem,
        )


def _domain_of(host: str) -> str:
    """Return the host of a mail address; an IPv6 address is a literal (RFC 5321 §4.1.3)."""
    return f"[IPv6:{host}]" if ":" in host else host


def _codes(mail: WaitingMail) -> list[str]:
    return [occasion.code for occasion in mail.occasions]
