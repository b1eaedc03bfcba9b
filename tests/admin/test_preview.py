"""What a user will see, by page and REST: the same answer, which changes nothing."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL
from support.users import ALICE, PASSWORD

from idp.audit.changes import ChangeQuery
from idp.audit.roles import HELP_DESK


@pytest.fixture
def farm(services):
    services.farm.set_build("sts1", "20348.350", "test")
    services.directory.add(ALICE, PASSWORD)
    return services


def ask(app, **wanted):
    return app.test_client().get(
        "/admin/api/preview",
        query_string=wanted,
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        base_url=BASE_URL,
    )


def test_rest_returns_every_node_and_device_and_stores_no_change(farm, app):
    answer = ask(app, user=ALICE, device="phone-old").json

    (cell,) = answer["cells"]
    assert (cell["experience"], cell["reason"]) == ("refused", "app_upgrade_required")
    assert "old_app_cannot_match" in {rule["name"] for rule in cell["rules"]}
    assert answer["left_out"]
    assert farm.changes.store.newest(ChangeQuery(), 5) == ()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"user": "nobody@example.test"}, "unknown_user"),
        ({"node": "sts9"}, "bad_node"),
        ({"device": "registered"}, "unknown_device"),
        ({"trust": "urn:nothing"}, "unknown_trust"),
    ],
)
def test_what_does_not_exist_is_refused_on_the_page_too(farm, app, administrator, wanted, code):
    answer = ask(app, **wanted)
    assert (answer.status_code in (404, 422), answer.json["error"]) == (True, code)

    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    page = administrator.see(f"/admin/preview?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_the_help_desk_sees_the_page_from_the_page_of_a_user(farm, signed_in_as):
    browser = signed_in_as(HELP_DESK)

    assert "/admin/preview?user=alice" in browser.see(f"/admin/users/one?name={ALICE}").text
    page = browser.see(f"/admin/preview?user={ALICE}&node=sts1&device=wearable").text

    assert "“use your phone”" in page
    assert "wearable_cannot_match" in page
