"""Which node answers: the configured one, or in a demo the one that a visitor chose."""

from __future__ import annotations

import pytest
import requests

from idp.config.schema import ServerSection
from idp.session.node import NODE_COOKIE

NO_NUMBER = "17763.2299"


@pytest.fixture(autouse=True)
def second_node(federation):
    federation.set_build(NO_NUMBER, "srv2019")


@pytest.fixture
def log_in_at(federation, sp):
    """Give the password to a server and return the page that follows."""

    def log_in(client) -> str:
        user = federation.user
        path = sp.url().removeprefix(federation.url)
        form = {"UserName": user.name, "Password": user.password}
        return client.post(path, data=form, follow_redirects=True).text

    return log_in


def test_the_first_node_of_the_farm_answers_without_a_choice(federation, sp):
    assert federation.sign_in(sp.url()).number


def test_the_choice_of_a_visitor_holds_for_that_visitor(federation, sp):
    browser = federation.browser()
    browser.session.cookies.set(NODE_COOKIE, "srv2019")

    assert federation.sign_in(sp.url(), browser=browser).number is None
    assert federation.log[-1].node == "srv2019"
    assert federation.sign_in(sp.url()).number


@pytest.mark.parametrize("name", ["nobody", "", "<b>", "x" * 4000, "srv2019;srv2022"])
def test_a_choice_of_an_unknown_node_is_ignored(name, federation):
    answer = requests.get(
        f"{federation.url}/adfs/probe", headers={"Cookie": f"{NODE_COOKIE}={name}"}, timeout=10
    )
    assert answer.status_code == 200


def test_a_configured_node_answers_whatever_a_cookie_says(federation, reconfigured, log_in_at):
    server = federation.services.config.server.model_copy(update={"node": "srv2022"})
    client = reconfigured(server=server)
    client.set_cookie(NODE_COOKIE, "srv2019")

    assert "validEntropyNumber" in log_in_at(client)


def test_the_cookie_counts_only_where_it_is_allowed(federation, reconfigured, log_in_at):
    server = ServerSection(base_url=federation.url, node_cookie=False)
    client = reconfigured(server=server)
    client.set_cookie(NODE_COOKIE, "srv2019")

    assert "validEntropyNumber" in log_in_at(client)


def test_a_configured_node_that_is_not_in_the_farm_refuses_all_requests(
    federation, reconfigured, sp
):
    client = reconfigured(server=ServerSection(base_url=federation.url, node="srv2025"))

    for path in ("/adfs/probe", sp.url().removeprefix(federation.url)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
