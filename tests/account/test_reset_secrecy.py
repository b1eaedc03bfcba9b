"""What a stranger learns at a password reset of whether an account exists: nothing.

Every kind of account gets the same pages and the same answers, and costs the same statements of the
database, until a method was proved.
"""

from __future__ import annotations

import re
import threading
from itertools import count
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from support.users import ALICE

from idp.testing.page import Page

KINDS = (
    "two methods",
    "unknown",
    "not a name",
    "by account name",
    "disabled",
    "not in scope",
    "no method",
    "only a phone",
    "only codes",
    "old app",
    "watch",
    "locked",
    "pushes paused",
)
VALUES = re.compile(r'value="[^"]*"|\b\d{2}\b|number is \d \d|[0-9a-f-]{36}')


def make(kind: str, federation) -> str:
    """Make an account of a kind, and return the name to type."""
    federation.policy({"legacyResetPolicy.includeTargets": "Staff"})
    devices = {"no method": None, "only codes": None, "old app": "phone-old", "watch": "wearable"}
    typed = {"unknown": "nobody@example.test", "not a name": "no name at all!"}
    if kind in typed:
        return typed[kind]
    user = federation.add_user(
        ALICE,
        phone=devices.get(kind, "phone-current"),
        totp=kind not in ("no method", "only a phone"),
        groups=() if kind == "not in scope" else ("Staff",),
    )
    if kind == "disabled":
        federation.services.directory.disable(ALICE)
    if kind == "locked":
        lock(federation, user)
    if kind == "pushes paused":
        for _ in range(5):
            send(federation, ALICE)
    return "EXAMPLE\\alice" if kind == "by account name" else user.name


def send(federation, user: str) -> None:
    push = federation.services.mfa.push
    push.start(user, "number_match", application="Wiki", client_ip="")


def lock(federation, user) -> None:
    reset = federation.reset(user)
    for number in range(5):
        reset.enter_code(f"00000{number}")


class Visitor:
    """A browser of a stranger, over a server of its own whose statements are counted."""

    def __init__(self, client, statements: list[str]) -> None:
        self.client = client
        self.statements = statements
        self.page = self._read(client.get("/account/reset/"))

    def post(self, **fields: str) -> tuple[object, ...]:
        """Post the form of the page; return all that can be seen of the answer, and its cost."""
        form = self.page.form
        self.statements.clear()
        path = urlsplit(form.action).path
        answer = self.client.post(path, data={**form.fields, **fields})
        cost = list(self.statements)
        cookies = [value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie")]
        if answer.status_code == 303:
            seen = (answer.status_code, cookies, answer.headers["Location"])
            self.statements.clear()
            self.page = self._read(self.client.get(answer.headers["Location"]))
            return (*seen, VALUES.sub("", self.page.html), cost, list(self.statements))
        self.page = self._read(answer)
        return (answer.status_code, cookies, VALUES.sub("", self.page.html), cost)

    @staticmethod
    def _read(answer) -> Page:
        return Page("http://localhost/account/reset/", answer.status_code, answer.text)


@pytest.fixture
def visitor(reassembled):
    """A stranger's browser; ``statements`` are the first words of what this thread executes."""
    statements: list[str] = []
    thread = threading.current_thread()

    def note(sql: str) -> None:
        if threading.current_thread() is thread:
            words = re.sub(r'["(]', " ", sql).split()
            table = next((word for word in words if word in TABLES), "")
            statements.append(f"{words[0]} {table}")

    def trace(connection, _record) -> None:
        connection.set_trace_callback(note)

    event.listen(Engine, "connect", trace)
    addresses = count(1)  # those of one client are counted: the second try costs more

    def visit() -> Visitor:
        client = reassembled()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(addresses)}"
        return Visitor(client, statements)

    yield visit
    event.remove(Engine, "connect", trace)


TABLES = (
    "users",
    "policies",
    "devices",
    "challenges",
    "mfa_users",
    "code_apps",
    "passkeys",
    "used_once",
    "sign_ins",
    "password_resets",
    "reset_limits",
)


def walk(stranger: Visitor, name: str) -> dict[str, tuple[object, ...]]:
    """Go through the pages as a stranger does; return what each step has shown, and its cost."""
    seen = {"name": stranger.post(UserName=name), "request": stranger.post(TryAgain="1")}
    assert stranger.page.text("validEntropyNumber")
    seen["poll"] = stranger.post(Poll="1")
    seen["code page"] = stranger.post(UseCode="1")
    seen["wrong code"] = stranger.post(VerificationCode="123456")
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_account_shows_and_costs_the_same(kind, federation, visitor):
    name = make(kind, federation)
    expected = walk(visitor(), "somebody.else@example.test")

    seen = walk(visitor(), name)

    assert len(expected["name"][-2]) > 8, "statements are counted"
    for step, each in seen.items():
        # What is locked already is asked no more: it shows the same, and costs less.
        is_whole = kind not in ("locked", "pushes paused") or step == "name"
        end = None if is_whole else -1
        assert each[:end] == expected[step][:end], step


@pytest.mark.parametrize("kind", ["two methods", "unknown", "old app", "only codes", "locked"])
def test_every_request_ends_without_an_answer_after_a_minute(kind, federation, visitor):
    name, seen = make(kind, federation), []
    for typed in ("somebody.else@example.test", name):
        stranger = visitor()
        stranger.post(UserName=typed)
        stranger.post(TryAgain="1")
        federation.clock.advance(50)
        seen.append([stranger.post()[:3]])
        assert stranger.page.error == ""

        federation.clock.advance(10)
        seen[-1].append(stranger.post()[:3])
        assert "no answer" in stranger.page.error

    assert seen[0] == seen[1]


@pytest.mark.parametrize("answer", ["deny", "wrong number"])
def test_a_stranger_is_not_told_what_the_phone_has_answered(answer, federation):
    user = federation.add_user(totp=True)
    reset = federation.reset(user)
    reset.send_request()

    if answer == "wrong number":
        user.phone.approve(number="10" if reset.number != "10" else "11")
    else:
        user.phone.deny()
    reset.poll()
    assert reset.error == ""
    assert reset.number

    federation.clock.advance(60)
    reset.poll()
    assert "no answer" in reset.error
    expected = "wrong_number" if answer == "wrong number" else "denied"
    assert federation.log[-1].outcome == expected


def test_who_has_proved_something_is_told_what_the_phone_has_answered(federation):
    user = federation.add_user(totp=True)
    reset = federation.reset(user)
    reset.enter_code()
    reset.send_request()

    user.phone.deny()
    reset.poll()

    assert "denied" in reset.error


@pytest.mark.parametrize("kind", ["unknown", "disabled", "not in scope", "no method", "only codes"])
def test_the_log_says_why_a_reset_cannot_succeed(kind, federation):
    name = make(kind, federation)
    federation.reset(name)

    reasons = {
        "unknown": "unknown_user",
        "disabled": "disabled",
        "not in scope": "reset_not_in_scope",
        "no method": "reset_too_few_methods",
        "only codes": "reset_too_few_methods",
    }
    last = federation.log[-1]
    assert (last.user, last.outcome, last.reason) == (name, "reset_begun", reasons[kind])


def test_what_was_typed_and_is_no_name_is_not_logged(federation):
    federation.reset("my password in the wrong field")

    assert federation.log[-1].user == ""


def test_nothing_is_sent_to_the_phone_of_a_user_who_may_not_reset(federation):
    make("not in scope", federation)
    user = federation.add_user(totp=True)

    federation.reset(user).send_request()

    assert user.phone.pending() == ()


def test_the_right_code_of_a_user_who_may_not_reset_is_not_right(federation):
    make("not in scope", federation)
    user = federation.add_user(totp=True)
    reset = federation.reset(user)

    reset.enter_code()

    assert "not right" in reset.error
    assert not reset.is_proved


def test_unknown_names_fill_no_table(federation):
    for number in range(15):
        reset = federation.reset(f"nobody{number}@example.test")
        reset.send_request()
        reset.enter_code("123456")

    listed = [user.upn for user in federation.services.directory.list()]
    assert listed == [federation.user.name]
