"""The outbox: each mail is sent once, tried again with pauses, and given up at last."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.nets import NET_SECONDS
from support.users import ALICE, PASSWORD

from idp.notices import mail_sender
from idp.notices.occasions import Occasion
from idp.notices.outbox import (
    LEASE,
    MAX_MAILS_AN_HOUR,
    MAX_OCCASIONS,
    MAX_PAUSE,
    MAX_TRIES,
    WAIT_FOR_MORE,
    pause_after,
)
from idp.store.notices import tell


def lines_of(capsys, *events):
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] in events]


def change(node, *users, at=None):
    """Store a change of each of the users."""
    with node.database.write() as connection:
        for user in users:
            tell(connection, Occasion("codes_added", user, at or node.clock.now()))


def test_changes_made_together_are_one_mail(node, post, capsys):
    phone = node.mfa.give_phone(totp=True)
    node.mfa.service.remove(ALICE, phone.id)
    node.sender.send_due()
    assert post.mails == [], "it waits for more"

    node.send_due()
    node.send_due()

    (mail,) = post.mails
    assert mail.get_content().count("\n- 2024-05-01 12:00 UTC: ") == 3
    (line,) = lines_of(capsys, "mail_sent")
    assert line["occasions"] == ["device_added", "codes_added", "device_removed"]


def test_no_mail_is_sent_twice_however_many_workers_there_are(node, new_node, post):
    users = [f"user{number}@example.test" for number in range(40)]
    for user in users:
        node.directory.add(user, "a password")
    change(node, *users)
    node.clock.time += WAIT_FOR_MORE
    workers = [node, *(new_node() for _ in range(5))]

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(lambda worker: worker.sender.send_due(), workers))

    assert sorted(mail["To"] for mail in post.mails) == sorted(users)
    assert len({mail["Message-ID"] for mail in post.mails}) == len(users)


def test_changes_of_one_user_are_told_once_however_many_workers_there_are(node, new_node, post):
    change(node, *[ALICE] * 20)
    node.clock.time += WAIT_FOR_MORE
    workers = [node, *(new_node() for _ in range(5))]

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(lambda worker: worker.sender.send_due(), workers))

    assert sum(mail.get_content().count("One-time codes were added") for mail in post.mails) == 20


def test_a_mail_that_is_not_sent_is_tried_again_with_pauses_and_then_given_up(node, post, capsys):
    post.away = True
    change(node, ALICE)
    node.send_due()
    for tries in range(1, MAX_TRIES):
        (line,) = lines_of(capsys, "mail_not_sent")
        assert (line["code"], line["tries"], line["user"]) == ("mail_not_sent", tries, ALICE)
        node.clock.time += pause_after(tries) - timedelta(seconds=1)
        node.sender.send_due()
        assert lines_of(capsys, "mail_not_sent", "mail_undeliverable") == []
        node.clock.time += timedelta(seconds=1)
        node.sender.send_due()

    (line,) = lines_of(capsys, "mail_undeliverable")
    assert (line["code"], line["cause"], line["tries"]) == (
        "mail_undeliverable", "mail_not_sent", MAX_TRIES,
    )  # fmt: skip
    assert line["occasions"] == ["codes_added"]
    post.away = False
    node.clock.advance(days=2)
    node.sender.send_due()
    assert post.mails == []


def test_pauses_grow_up_to_a_limit():
    minutes = [pause_after(tries) for tries in range(1, MAX_TRIES + 1)]

    assert minutes == [*(timedelta(minutes=m) for m in (1, 4, 16, 64, 256, 360, 360)), None]


def test_a_mail_that_is_tried_again_is_the_same_and_new_changes_are_another(node, post):
    post.away = True
    change(node, ALICE)
    node.send_due()
    change(node, ALICE)
    post.away = False
    node.clock.advance(minutes=1)
    node.send_due()

    assert len(post.mails) == 2
    assert [mail.get_content().count("\n- ") for mail in post.mails] == [1, 1]


def test_a_mail_of_a_worker_that_died_is_sent_by_another_under_the_same_id(node, new_node, post):
    change(node, ALICE)
    node.clock.time += WAIT_FOR_MORE
    died = node.outbox.claim(node.clock.now())

    other = new_node()
    node.clock.time += LEASE - timedelta(seconds=1)
    other.sender.send_due()
    assert post.mails == []
    node.clock.time += timedelta(seconds=1)
    other.sender.send_due()

    (mail,) = post.mails
    assert mail["Message-ID"] == f"<{died.id}@sts.example.test>"


def test_a_user_gets_so_many_mails_an_hour_and_the_rest_in_the_next_one(node, new_node, post):
    workers = [node, new_node()]
    for turn in range(MAX_MAILS_AN_HOUR + 7):
        change(node, ALICE)
        workers[turn % 2].send_due()
    assert len(post.mails) == MAX_MAILS_AN_HOUR

    node.directory.add("bob@example.test", "a password")
    change(node, "bob@example.test")
    node.send_due()
    assert post.mails[-1]["To"] == "bob@example.test", "others are not kept waiting"

    node.clock.advance(hours=1)
    node.send_due()
    assert post.mails[-1]["To"] == "a.archer@mail.test"
    assert post.mails[-1].get_content().count("\n- ") == 7


def test_a_mail_tells_of_so_many_changes_and_the_next_one_of_the_rest(node, post):
    change(node, *[ALICE] * (MAX_OCCASIONS + 1))
    node.send_due()

    assert [mail.get_content().count("\n- ") for mail in post.mails] == [MAX_OCCASIONS, 1]


@pytest.mark.parametrize("email", ["", "gone"])
def test_without_an_address_the_change_is_only_logged(node, post, capsys, email):
    user = "carol@elsewhere.test"  # not in this directory
    if not email:
        user = ALICE
        with node.database.write() as connection:
            connection.exec_driver_sql("UPDATE users SET email = ''")
    change(node, user)
    node.send_due()

    (line,) = lines_of(capsys, "mail_without_address")
    assert (line["user"], line["occasions"]) == (user, ["codes_added"])
    assert post.mails == []
    node.clock.advance(days=1)
    node.sender.send_due()
    assert lines_of(capsys, "mail_without_address") == []


def test_an_address_that_is_none_is_given_up_at_once(node, post, capsys):
    with node.database.write() as connection:
        connection.exec_driver_sql("UPDATE users SET email = 'no address'")
    change(node, ALICE)
    node.send_due()

    (line,) = lines_of(capsys, "mail_undeliverable")
    assert line["cause"] == "bad_mail_address"


def test_a_sender_that_is_stopped_begins_no_mail(node, post):
    change(node, ALICE)
    node.sender.stop()
    node.send_due()

    assert post.mails == []


def test_a_server_that_is_named_by_an_ipv6_address_sends_mails_too(node, new_node, post):
    change(node, ALICE)
    new_node("https://[2001:db8::1]").send_due()

    (mail,) = post.mails
    assert b"From: no-reply@[IPv6:2001:db8::1]\r\n" in mail.as_bytes()


def test_a_mail_that_fails_by_a_fault_of_ours_is_not_tried_for_ever(node, post, capsys):
    post.fault = RuntimeError("secret")
    change(node, ALICE)
    for _ in range(MAX_TRIES):
        node.send_due()
        node.clock.time += MAX_PAUSE

    assert len(lines_of(capsys, "mail_not_sent")) == MAX_TRIES - 1
    post.fault = None
    node.send_due()
    assert post.mails == []


def test_between_two_mails_requests_have_their_turn_and_the_end_of_a_server_waits_for_none(
    node, post, monkeypatch, threads
):
    monkeypatch.setattr(mail_sender, "SECONDS_BETWEEN_MAILS", NET_SECONDS)
    node.directory.add("bob@example.test", PASSWORD, email="bob@mail.test")
    change(node, ALICE, "bob@example.test")
    sending = threads.submit(node.send_due)
    with pytest.raises(TimeoutError):  # it pauses after the first one
        sending.result(0.3)

    node.sender.stop()

    sending.result(NET_SECONDS)
    assert len(post.mails) == 1
