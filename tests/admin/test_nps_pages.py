"""The NPS hosts on the Farm page: their forms, and what is refused."""

from __future__ import annotations

import pytest

from idp.nps.registry import RegistryValues

SECRET = "a long shared secret"


@pytest.fixture
def set_host(administrator):
    def post(name="nps1", version="1.2.2216.1", override="unset", **more):
        form = {"csrf": administrator.csrf(), "name": name, "version": version, **more}
        return administrator.post("/admin/nps", {**form, "override": override})

    return post


@pytest.fixture
def restart(administrator):
    def post(name="nps1"):
        form = {"csrf": administrator.csrf(), "name": name}
        return administrator.post("/admin/nps/restart", form)

    return post


def test_a_host_is_added_shown_and_restarted(set_host, restart, administrator, services):
    answer = set_host(override="FALSE")
    assert (answer.status_code, answer.location) == (303, "/admin/farm#nps-nps1")
    page = administrator.see("/admin/farm").text
    assert "Set. The next sign-in that begins here shows a code. A restart is pending." in page
    assert "Restart pending" in page
    assert "unset; FALSE after a restart" in page
    assert services.nps.host("nps1").changed_by == "administrator"

    assert restart().location == "/admin/farm#nps-nps1"

    page = administrator.see("/admin/farm").text
    assert "Restarted. The next sign-in that begins here shows Approve/Deny." in page
    assert "Restart pending" not in page
    assert "override_off" in page
    assert not services.nps.host("nps1").pending


def test_a_card_has_all_that_is_known_and_no_secret(set_host, administrator, services):
    set_host(version="1.0.1.40")
    services.nps.set_host("nps1", "admin", protocols=["PAP"], legacy_port=True)
    services.nps.add_client("nps1", "192.0.2.7", "admin", secret=SECRET)

    page = administrator.see("/admin/farm").text

    for text in (
        "NPS extension 1.0.1.40",
        "override_not_set",
        "earlier than 1.2.2216.1",
        "0.0.0.0, ::, port 1812, 1645",
        "<dt>Clients</dt><dd>1</dd>",
        "a refusal: the host does not allow MSCHAPv2",
    ):
        assert text in page
    assert SECRET not in page


def test_a_value_that_counts_as_unset_stays_selected(set_host, administrator, services):
    services.nps.set_host("nps1", "admin", version="1.2.2216.1")
    services.nps.set_registry("nps1", "admin", override="true<b>")

    page = administrator.see("/admin/farm").text

    assert "<option selected>true&lt;b&gt;</option>" in page
    assert "counts as unset" in page
    set_host(override="true<b>")
    assert services.nps.host("nps1").registry == RegistryValues("true<b>")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"version": "newest"}, "is not a version of the NPS extension"),
        ({"version": ""}, "is not a version of the NPS extension"),
        ({"name": "two words"}, "is no name for an NPS host"),
        ({"name": ""}, "is no name for an NPS host"),
        ({"name": "<b>", "version": "x"}, "is no name for an NPS host"),
        ({"override": "T" * 5000}, "has 5000 characters"),
    ],
)
def test_what_cannot_be_set_is_kept_and_explained(form, problem, set_host, services):
    services.nps.set_host("nps2", "admin", version="1.2.2216.1")

    answer = set_host(**form)

    assert answer.status_code == 422
    assert problem in answer.text
    assert "<b>" not in answer.text.replace("<b>42", "")
    assert answer.text.count('role="alert"') == 1
    assert [host.name for host in services.nps.hosts()] == ["nps2"]


def test_a_fault_of_a_known_host_is_shown_at_it(set_host, services):
    services.nps.set_host("nps1", "admin", version="1.2.2216.1")

    page = set_host(version="latest").text

    assert page.index('value="latest"') < page.index('id="new-host-name"')
    assert services.nps.host("nps1").version == "1.2.2216.1"


def test_a_host_that_is_not_there_is_not_restarted(restart):
    answer = restart("none")

    assert answer.status_code == 404
    assert "There is no NPS host" in answer.text


@pytest.mark.parametrize("path", ["/admin/nps", "/admin/nps/restart"])
def test_nothing_changes_without_session_csrf_token_and_our_origin(
    path, administrator, new_administrator, services
):
    services.nps.set_host("nps1", "admin", version="1.2.2216.1")
    services.nps.set_registry("nps1", "admin", override="TRUE")
    before = services.nps.hosts()
    form = {"name": "nps1", "version": "1.0.1.40", "override": "FALSE"}
    with_token = {**form, "csrf": administrator.csrf()}

    assert administrator.post(path, form).status_code == 403
    assert administrator.post(path, with_token, Origin="https://evil.test").status_code == 403
    assert new_administrator().post(path, with_token).status_code == 403
    assert services.nps.hosts() == before
