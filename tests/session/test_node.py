"""The node that answers: the configured one, one that a visitor chose, or the farm's first."""

from __future__ import annotations

import pytest

from idp.config.schema import ServerSection
from idp.services import Services
from idp.session.node import NODE_COOKIE, AnsweringNode, NoNode

CHOICE = {NODE_COOKIE: "second"}


@pytest.fixture
def answering(services: Services):
    """Return the rule of a server with these settings, in a farm of two nodes."""
    for name in ("first", "second"):
        services.farm.set_build(name, "20348.350", "test")

    def answering(**settings: object) -> AnsweringNode:
        return AnsweringNode(ServerSection(**settings), services.farm)

    return answering


@pytest.mark.parametrize(
    ("settings", "cookies", "node"),
    [
        ({}, {}, "first"),
        ({}, CHOICE, "first"),
        ({"node_cookie": True}, {}, "first"),
        ({"node_cookie": True}, CHOICE, "second"),
        ({"node_cookie": True}, {NODE_COOKIE: "nobody"}, "first"),
        ({"node_cookie": True}, {NODE_COOKIE: ""}, "first"),
        ({"node": "second"}, {}, "second"),
        ({"node": "first", "node_cookie": True}, CHOICE, "first"),
    ],
)
def test_the_node_is_configured_or_chosen_or_the_first(answering, settings, cookies, node):
    assert answering(**settings).name(cookies) == node


def test_a_configured_node_that_is_none_of_the_farm_answers_nobody(answering):
    node = answering(node="third")

    with pytest.raises(NoNode) as refused:
        node.name({})
    assert refused.value.code == "no_node"
    assert refused.value.problem == "This server is no node of the farm"
    assert refused.value.remedy == "Make it one: tallystick server set NODE BUILD"
    assert node.name_or_empty() == ""


def test_what_is_no_browser_is_answered_by_the_same_node_without_a_choice(answering):
    assert answering(node="second").name_or_empty() == "second"
    assert answering(node_cookie=True).name_or_empty() == "first"


def test_a_farm_without_nodes_has_none_that_answers(services):
    with pytest.raises(NoNode):
        AnsweringNode(ServerSection(), services.farm).name({})


def test_the_cookie_of_a_choice_keeps_its_name():
    assert NODE_COOKIE == "tallystick_node"


def test_the_choice_is_told_apart_from_the_node_that_answers(answering):
    assert answering().chosen(CHOICE) is None
    assert answering(node_cookie=True).chosen(CHOICE) == "second"
    assert answering(node="first").chosen(CHOICE) == "first"
