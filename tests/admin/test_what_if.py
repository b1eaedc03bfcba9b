"""What an update of some nodes would change, on the Farm page and by REST."""

from __future__ import annotations

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

from idp.audit.roles import AUDITOR

ASKED = "/admin/farm?node=sts2&update=KB5007205"


@pytest.fixture
def farm(services):
    for name, build in (("sts1", "20348.350"), ("sts2", "20348.349")):
        services.farm.set_build(name, build, "set-up")
    return services


def test_the_page_shows_both_and_applies_by_a_button(farm, administrator):
    page = administrator.see(ASKED).text
    assert "the same user will meet both" in page
    assert "All 2 nodes show a number to match." in page
    assert farm.farm.node("sts2").build == "20348.349"

    form = {"csrf": administrator.csrf(), "node": "sts2", "build": "20348.350"}
    assert administrator.post("/admin/nodes/builds", form).location == "/admin/farm#what-if"

    assert farm.farm.node("sts2").build == "20348.350"
    assert "1 node: Set to 20348.350." in administrator.see("/admin/farm").text


@pytest.mark.parametrize("query", ["update=KB5007205", "node=sts2&update=<b>", "node=x&update=1.2"])
def test_what_cannot_be_is_told_at_the_form(farm, administrator, query):
    answer = administrator.see(f"/admin/farm?{query}")

    assert answer.status_code == 422
    assert 'id="fault-what-if"' in answer.text
    assert "<b>" not in answer.text.split('id="what-if"')[1].split("</section>")[0]


def test_an_auditor_may_ask_and_not_apply(farm, signed_in_as):
    page = signed_in_as(AUDITOR).see(ASKED).text

    assert "All 2 nodes show a number to match." in page
    assert "Apply to these nodes" not in page


def test_rest_returns_the_farm_before_and_after(farm, app):
    def ask(body):
        return app.test_client().post(
            "/admin/api/nodes/what-if",
            json=body,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            base_url=BASE_URL,
        )

    answer = ask({"nodes": ["sts2"], "build": "KB5007205"}).json

    assert answer["build"] == "20348.350"
    assert [each["chosen"] for each in answer["nodes"]] == [False, True]
    assert answer["nodes"][1]["before"]["reason"] == "kb_missing"
    assert answer["nodes"][1]["after"]["reason"] == "kb_installed"
    assert farm.farm.node("sts2").build == "20348.349"
    assert ask({"nodes": []}).json["error"] == "bad_body"
