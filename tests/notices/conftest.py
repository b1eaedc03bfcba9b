"""A user of the directory with a phone, and the outbox and notices of one node and another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from support.adapters.mfa_node import SecondFactors, stores_on
from support.clock import SetClock
from support.users import ALICE, PASSWORD

from idp.config.mail import MailSection
from idp.config.schema import Config, ServerSection
from idp.counters import NO_COUNTERS
from idp.directory import Directory, PasswordHasher
from idp.notices.delivery import MailNotSent
from idp.notices.mail_sender import MailSender
from idp.notices.outbox import WAIT_FOR_MORE
from idp.store.engine import Database
from idp.store.notices import SqlPhoneNotices
from idp.store.outbox import SqlOutbox
from idp.store.users import SqlUserStore

ADDRESS = "a.archer@mail.test"


@dataclass
class Post:
    """Takes mails, or refuses them while it is ``away``."""

    mails: list[EmailMessage] = field(default_factory=list)
    away: bool = False
    fault: Exception | None = None

    def send(self, mail: EmailMessage) -> None:
        if self.fault is not None:
            raise self.fault
        if self.away:
            raise MailNotSent("Nobody answers", "Wait")
        self.mails.append(mail)


class Node:
    """One node: its second factors, its directory, and its thread for mails."""

    def __init__(
        self,
        database: Database,
        clock: SetClock,
        post: Post,
        folder: Path,
        base_url: str = "https://sts.example.test",
    ) -> None:
        self.database = database
        self.clock = clock
        self.outbox = SqlOutbox(database)
        self.notices = SqlPhoneNotices(database)
        hasher = PasswordHasher(memory_kib=8, passes=1)
        self.directory = Directory(SqlUserStore(database), clock, hasher)
        self.mfa = SecondFactors(stores_on(database), clock)
        config = Config(
            server=ServerSection(base_url=base_url),
            mail=MailSection(folder=folder / "outbox"),
        )
        self.sender = MailSender(
            self.outbox, self.directory, config, clock, NO_COUNTERS, delivery=post
        )

    def send_due(self) -> None:
        """Let the changes of now be due, and send."""
        self.clock.time += WAIT_FOR_MORE
        self.sender.send_due()

    def codes_of(self, device: str) -> list[str]:
        """Return what the notices of a device are about, newest first."""
        return [notice.occasion.code for notice in self.notices.of_device(device)]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def new_node(
    open_database: Callable[[], Database], clock: SetClock, post: Post, tmp_path: Path
) -> Callable[..., Node]:
    return lambda *base_url: Node(open_database(), clock, post, tmp_path, *base_url)


@pytest.fixture
def node(new_node: Callable[[], Node]) -> Node:
    """A node whose directory has Alice."""
    made = new_node()
    made.directory.add(ALICE, PASSWORD, display_name="Alice Archer", email=ADDRESS)
    return made
