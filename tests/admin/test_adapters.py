"""The adapters by page and REST: order, registration, metadata, the check on demand."""

from __future__ import annotations

import pytest

from idp.audit.changes import ChangeQuery
from idp.federation.providers import AuthenticationProvider

OURS = "AzureMfaAuthentication"
GOOD = "support.adapters.odd_adapters:Good"
PATH = "/admin/adapters"
API = "/admin/api/adapters"


def gone(services):
    """An adapter that was registered, and whose package has gone since."""
    provider = AuthenticationProvider("Gone", "no.such:Class")
    services.providers._store.save_provider(provider)


def post(administrator, action, **fields):
    form = {"csrf": administrator.csrf(), "action": action}
    return administrator.post(PATH, {**form, **{k.replace("_", "-"): v for k, v in fields.items()}})


@pytest.fixture
def odd(services):
    services.providers.register("Odd", GOOD, b"a secret of the adapter")
    return "Odd"


def test_the_page_sets_which_are_offered_and_in_which_order(administrator, services, odd):
    form = {"order_Odd": "1", f"order_{OURS}": "2"}
    assert post(administrator, "enable", **form).status_code == 303

    assert services.policy.enabled_providers() == (odd, OURS)
    page = administrator.see(PATH).text
    assert page.index("one?name=Odd") < page.index(f"one?name={OURS}")
    assert f"tallystick adapters enable Odd {OURS}" in page


def test_without_any_nothing_is_saved(administrator, services, script):
    page = post(administrator, "enable", **{f"order_{OURS}": ""})

    assert page.status_code == 422
    assert "Choose at least one" in page.text
    assert services.policy.enabled_providers() == (OURS,)
    assert script("PUT", API, {"enabled": []}).json["error"] == "bad_provider"


def test_rest_page_and_command_leave_the_same_entry(administrator, services, script, odd):
    post(administrator, "enable", order_Odd="1")
    by_page = services.changes.store.newest(ChangeQuery(), 1)[0]
    script("PUT", API, {"enabled": [OURS]})
    script("PUT", API, {"enabled": [odd]})
    by_rest = services.changes.store.newest(ChangeQuery(), 1)[0]

    assert (by_page.verb, by_page.about, by_page.before, by_page.after) == (
        by_rest.verb, by_rest.about, by_rest.before, by_rest.after,
    )  # fmt: skip


def test_a_class_that_cannot_be_loaded_is_refused_and_what_was_typed_stays(administrator, services):
    page = post(administrator, "register", name="Gone", type="no.such.module:Class", config="a = 1")

    assert page.status_code == 422
    assert "cannot be loaded" in page.text
    assert "a = 1</textarea>" in page.text
    assert "Gone" not in services.providers.registered_names()


def test_a_registered_configuration_is_stored_and_never_shown(administrator, services, script):
    form = {"name": "Odd", "type": GOOD, "config": "the secret\r\nof the adapter"}
    assert post(administrator, "register", **form).status_code == 303

    (stored,) = [each for each in services.providers.list() if each.name == "Odd"]
    assert stored.config == b"the secret\nof the adapter"
    for text in (
        administrator.see(PATH).text,
        administrator.see(f"{PATH}/one?name=Odd").text,
        script("GET", f"{API}/Odd").text,
        script("GET", API).text,
    ):
        assert "the secret" not in text


def test_one_adapter_shows_what_it_announces(administrator, script, odd):
    page = administrator.see(f"{PATH}/one?name={odd}").text

    assert "An odd factor" in page
    assert "It is &lt;b&gt;odd&lt;/b&gt;." in page
    assert "authmethod/kba" in page
    told = script("GET", f"{API}/{odd}").json
    assert told["metadata"]["languages"] == [
        {
            "lcid": 1033,
            "tag": "en-US",
            "name": "An odd factor",
            "description": "It is <b>odd</b>.",
        }
    ]
    assert told["has_config"] is True


def test_metadata_that_raises_is_said_on_the_page(administrator, services):
    gone(services)

    page = administrator.see(f"{PATH}/one?name=Gone")

    assert page.status_code == 200
    assert "cannot be loaded" in page.text


def test_the_check_runs_the_conformance_kit(administrator, script, services, odd):
    services.providers.register("Bad", "support.adapters.odd_adapters:NothingAtBegin")

    good = script("POST", f"{API}/{odd}/check").json
    page = post(administrator, "check", name="Bad")

    assert good["keeps_contract"] is not bool(good["findings"])
    assert page.status_code == 200
    assert "It breaks" in page.text


def test_a_check_without_a_result_says_why(script, services):
    gone(services)

    answer = script("POST", f"{API}/Gone/check")

    assert answer.json["error"] == "adapter_check_failed"
    assert "no.such:Class cannot be loaded" in answer.json["problem"]


def test_what_is_enabled_or_from_a_package_is_not_removed(administrator, services, odd):
    services.providers.enable([odd])
    assert post(administrator, "unregister", name=odd).status_code == 422
    assert post(administrator, "unregister", name=OURS).status_code == 422
    assert "Take it out" in administrator.see(f"{PATH}/one?name={odd}").text


@pytest.mark.parametrize("name", ["a%00b", "%C3%28", "x" * 200, "-"])
def test_a_name_that_no_adapter_can_have_is_refused(name, script):
    for method, body in (("GET", None), ("PUT", {"type": GOOD}), ("DELETE", None), ("POST", None)):
        path = f"{API}/{name}/check" if method == "POST" else f"{API}/{name}"
        assert script(method, path, body).json["error"] == "bad_provider"


def test_a_configuration_that_is_no_text_is_refused_and_registers_nothing(script, services):
    body = {"type": GOOD, "config": "half a character: \ud800"}

    assert script("PUT", f"{API}/Odd", body).json["error"] == "bad_body"
    assert script("GET", f"{API}/Odd").json["error"] == "bad_provider"
