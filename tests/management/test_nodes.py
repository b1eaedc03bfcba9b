"""A node as administrators see it: what its users see, why, and which build is suggested."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from idp.federation.farm import Node, NodeChange
from idp.management.nodes import NodeView, change_as_json, view_of

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def node(build: str) -> Node:
    return Node("sts1", build, "Windows Server 2022", AT, "somebody")


def view(build: str, after_table: str = "approve_deny") -> NodeView:
    services = SimpleNamespace(mfa=SimpleNamespace(products_after_table=after_table))
    return view_of(services, node(build))


@pytest.mark.parametrize(
    ("build", "shows", "suggested"),
    [
        ("20348.349", "Approve/Deny", "20348.350"),
        ("20348.350", "a number to match", "20348.288"),
    ],
)
def test_a_build_shows_one_experience_and_the_suggested_one_the_other(build, shows, suggested):
    before = view(build)

    assert (before.shows, before.suggested_build.build) == (shows, suggested)
    assert view(suggested).shows != shows


def test_a_product_without_a_required_update_has_no_suggested_build():
    assert view("26100.1742").suggested_build is None


def test_the_setting_decides_for_products_after_the_table():
    assert view("26100.1742").shows != view("26100.1742", "number_match").shows


def test_every_kind_of_device_has_its_own_line():
    assert dict(view("20348.350").devices) == {
        "Phone with a current app": "a number to match",
        "Phone with an old app": "a refusal: upgrade the app",
        "Wearable": "“use your phone”",
    }


def test_the_newest_update_that_is_installed_is_named_with_its_date():
    assert view("20348.350").installed == "KB5007205 of 2021-11-09"
    assert view("20348.351").installed == "KB5007205 of 2021-11-09 or later"
    assert view("12345.6").installed == ""


def test_a_change_is_returned_with_its_warnings():
    told = change_as_json(NodeChange(node("20348.350"), ("odd",)))

    assert told == {
        "name": "sts1",
        "product": "Windows Server 2022",
        "build": "20348.350",
        "changed_at": "2026-11-24T12:00:00Z",
        "changed_by": "somebody",
        "warnings": ["odd"],
    }
