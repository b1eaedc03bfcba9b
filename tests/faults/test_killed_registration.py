"""A node is killed at each commit of a registration: all or nothing is added."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from requests.utils import dict_from_cookiejar
from support.servers.dying_node import Node, points_of

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile

pytestmark = pytest.mark.each_database

OLD = ["push"]
NEW = ["push", "push", "totp"]
"""The new phone brings codes as well: both are there, or neither."""


@pytest.fixture
def node(federation):
    return Node(federation.services.config, federation.clock)


@pytest.fixture
def adding(federation):
    """A user who has passed the second factor, at the page with the QR code."""
    sign_in = federation.sign_in(f"{federation.url}/account/")
    federation.user.phone.approve(number=sign_in.number)
    sign_in.poll()
    page = sign_in.browser.get(f"{federation.url}/account/authenticator")
    return federation.resume(sign_in.browser, page)


@pytest.fixture
def new_phone(federation, tmp_path, adding):
    file = PhoneFile(tmp_path / "new.json")
    phone = Phone(file, now=lambda: federation.clock.now().timestamp())
    phone.activate(adding.page.link("activationAddress"))
    return phone


def kinds(federation) -> list[str]:
    mfa = federation.services.mfa
    return [each.kind for each in mfa.methods_of(federation.user.name).registered]


def posting(node, step):
    form = step.page.form
    cookies = dict_from_cookiejar(step.browser.session.cookies)
    return node.posts(urlsplit(form.action).path, form.fields, cookies)


def test_a_node_killed_while_it_sends_the_test_leaves_nothing(node, federation, adding, new_phone):
    died = 0
    for _ in points_of(posting(node, adding)):
        died += 1
        assert kinds(federation) == OLD

    adding.post()
    new_phone.approve(number=adding.number)
    adding.poll()
    assert kinds(federation) == NEW
    assert died >= 2


def test_a_node_killed_at_the_last_step_has_added_all_or_nothing(
    node, federation, adding, new_phone, sp, phone
):
    adding.post()
    new_phone.approve(number=adding.number)

    seen = [kinds(federation) for _ in points_of(posting(node, adding))]

    assert seen
    assert all(each in (OLD, NEW) for each in seen)
    assert kinds(federation) == NEW
    sign_in = federation.sign_in(sp.url())
    phone.approve(number=sign_in.number)
    assert sign_in.finish().status == ("Success",)
