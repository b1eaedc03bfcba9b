"""A node is killed at each commit about access passes and blocks: all or nothing is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit

import pytest
from requests.utils import dict_from_cookiejar
from support.servers.dying_node import Node, Point, dies, points_of

from adapter.mfa.access_pass.factor import PassOutcome
from adapter.mfa.push.challenge import State
from idp.store.mfa.access_passes import SqlAccessPassStore
from idp.store.mfa.push import SqlPushStore

pytestmark = pytest.mark.each_database

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
BOTH_SIDES = [Point(1, after=False), Point(1, after=True)]


@pytest.fixture
def node(federation):
    return Node(federation.services.config, federation.clock)


@pytest.fixture
def told(federation):
    """Return how often the user's phone was told of something."""

    def told(occasion: str) -> int:
        notices = federation.user.phone.notices()
        return [notice.occasion for notice in notices].count(occasion)

    return told


def posting(node, step, **fields):
    """Return the work of answering what this browser would post now."""
    form, cookies = step.page.form, dict_from_cookiejar(step.browser.session.cookies)
    return node.posts(urlsplit(form.action).path, {**form.fields, **fields}, cookies)


# Blocks


def requests_of(federation) -> list[str]:
    with SqlPushStore(federation.services.database).transaction(federation.user.name) as mine:
        return [each.id for each in mine.recent(EARLIEST)]


def is_blocked(federation) -> bool:
    return federation.services.mfa.protection.is_blocked(federation.user.name)


def test_a_block_is_there_with_all_that_belongs_to_it_or_not_at_all(
    node, federation, told, sp, phone
):
    """An approval that nobody has collected is lost with it, and the user is told."""
    sign_in, died = federation.sign_in(sp.url()), []
    phone.approve(number=sign_in.number)
    (sent,) = requests_of(federation)

    for point in points_of(node.manages("block", federation.user.name)):
        died.append(point)
        blocked = is_blocked(federation)
        assert blocked == point.after
        state = federation.services.mfa.push.state(sent, federation.user.name)
        assert state is (State.BLOCKED if blocked else State.APPROVED)
        assert told("mfa_blocked") == blocked
        if blocked:
            break

    assert died == BOTH_SIDES
    sign_in.poll()
    assert "was blocked" in sign_in.error


def test_a_block_is_lifted_and_told_or_neither(node, federation, told, sp, phone):
    federation.services.mfa.protection.block(federation.user.name)
    died = []

    for point in points_of(node.manages("unblock", federation.user.name)):
        died.append(point)
        assert is_blocked(federation) != point.after
        assert told("mfa_unblocked") == point.after
        if point.after:
            break

    assert died == BOTH_SIDES
    sign_in = federation.sign_in(sp.url())
    phone.approve(number=sign_in.number)
    assert sign_in.finish().name_id is not None


# Access passes


def pass_of(federation):
    return SqlAccessPassStore(federation.services.database).find(federation.user.name)


def test_a_pass_is_issued_and_told_or_neither_and_the_old_one_works_until_then(
    node, federation, told
):
    passes, name = federation.services.mfa.access_passes, federation.user.name
    old, died = passes.issue(name), []

    for point in points_of(node.manages("issue_pass", name, once=True)):
        died.append(point)
        is_new = pass_of(federation).id != old.access_pass.id
        assert is_new == point.after == pass_of(federation).once
        assert told("access_pass_issued") == 1 + is_new
        works = passes.check(name, old.text, attempt=str(point)) is PassOutcome.RIGHT
        assert works != is_new
        if is_new:
            break

    assert died == BOTH_SIDES


def points_of_a_use(node, federation):
    """Have a node die at each commit of a use of a pass, each time of a new one.

    Yields where it died, the pass, and the page on which it was typed.
    """
    user = federation.add_user(phone=None, totp=True)
    for commit in count(1):
        for after in (False, True):
            text = federation.services.mfa.access_passes.issue(user.name, once=True).text
            step = federation.sign_in(f"{federation.url}/account/", user)
            if not dies(posting(node, step, AccessPass=text), Point(commit, after)):
                return
            yield Point(commit, after), text, step


def test_a_pass_for_one_use_gives_one_session_to_whoever_repeats_the_page(node, federation):
    """It is used up at the first commit, and works no longer on another page."""
    home, entered, refused = f"{federation.url}/account/", [], []

    for point, text, step in points_of_a_use(node, federation):
        before = step.page
        if point != Point(1, after=False):
            other = federation.sign_in(home, step.user)
            assert "used already" in other.post(AccessPass=text).error
        is_in = step.post(AccessPass=text).url == home
        (entered if is_in else refused).append(point)
        again = federation.resume(step.browser, before, step.user)
        assert again.post(AccessPass=text).url != home, "a page passes once"

    last = entered[-1].commit
    assert entered == [
        Point(commit, after)
        for commit in range(1, last + 1)
        for after in (False, True)
        if (commit, after) != (last, True)
    ]
    assert refused == [Point(last, after=True)], "the answer was lost with a node that gave it"
