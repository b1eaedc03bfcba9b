"""Refreshing a trust from its address on its page and by the REST API."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from support.service_providers.metadata_parts import ACS, SIGNED, SP_ID, entity, key, role

from idp.management.metadata.source import Source
from idp.management.trusts import add_from

API = f"/admin/api/trusts/{SP_ID}"


@pytest.fixture
def farm_folder(farm_folder):
    """A server that may fetch from this machine."""
    path = farm_folder / "tallystick.toml"
    path.write_text(f"{path.read_text()}allow_private_addresses = true\n")
    return farm_folder


@pytest.fixture
def keyed_acs(identities) -> str:
    return key(identities.sp.certificate) + ACS


@pytest.fixture
def trust(services, publisher, keyed_acs):
    """A trust that signs its requests, added from the publisher's address."""
    publisher.publish(entity(role(keyed_acs, SIGNED)))
    return add_from(services, Source(publisher.url))


@pytest.fixture
def press_refresh(administrator):
    """Press "Refresh the metadata" on the trust's page, and return the page that follows."""

    def press() -> str:
        form = {"csrf": administrator.csrf(), "id": SP_ID, "action": "refresh"}
        assert administrator.post("/admin/trusts/one", form).status_code == 303
        return administrator.see(f"/admin/trusts/one?id={quote(SP_ID, safe='')}").text

    return press


def test_the_api_refreshes_and_accepts(script, services, trust, publisher, keyed_acs):
    publisher.publish(entity(role(keyed_acs)))

    assert script("POST", API, {}).json["outcome"] == "held"
    shown = script("GET", API).json["refresh"]["held_digest"]
    other = script("POST", API, {"accept": True, "held_digest": "0" * 64})
    assert (other.status_code, other.json["error"]) == (422, "held_changed")
    body = {"accept": True, "held_digest": shown}
    assert script("POST", API, body).json["outcome"] == "accepted"
    assert script("POST", API, {"accept": True}).json["error"] == "nothing_held"
    assert not services.trusts.existing(SP_ID).service_provider.authn_requests_signed


def test_the_page_says_if_the_metadata_was_fetched_or_not(trust, publisher, press_refresh):
    assert "The metadata has been fetched." in press_refresh()

    publisher.status = 500

    page = press_refresh()
    assert "The metadata could not be fetched." in page
    assert "its metadata could not be fetched, once:" in page
