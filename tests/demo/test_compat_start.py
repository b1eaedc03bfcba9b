"""The start of ``tallystick demo --compat test-saml-idp``: what it reads, says and keeps."""

from __future__ import annotations

import re

import pytest
from support.clients.image_provider import IDP, SLO, SP, VARIABLES, variables
from support.servers.demo_process import demo_process, tallystick

from idp.demo.compat.image import make_image
from idp.demo.compat.variables import BadCompatVariables, read_variables


def test_people_are_told_what_stands_where_by_https_too():
    with (
        variables(SIMPLESAMLPHP_ADMIN_PASSWORD="x"),
        demo_process("--compat", "test-saml-idp", "--tls", as_json=False) as demo,
    ):
        text = "".join(iter(demo.process.stdout.readline, "Ctrl-C ends it.\n"))
    assert re.search(rf"As test-saml-idp +for {re.escape(SP)}\n", text)
    assert re.search(rf"entity ID, metadata +https://localhost:\d+{IDP}/metadata\.php\n", text)
    assert re.search(r"users +user1 user1pass, user2 user2pass\n", text)
    assert re.search(r"means nothing here +SIMPLESAMLPHP_ADMIN_PASSWORD\n", text)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"SIMPLESAMLPHP_SP_ENTITY_ID": ""}, "SIMPLESAMLPHP_SP_ENTITY_ID: it is missing"),
        ({"SIMPLESAMLPHP_SP_ENTITY_ID": "a b"}, "SIMPLESAMLPHP_SP_ENTITY_ID: it holds a space"),
        ({"SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE": " "},
         "SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE: an address is missing"),
        ({"SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE": "app/acs"},
         "SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE: 'app/acs' "),
        ({"SIMPLESAMLPHP_SP_SINGLE_LOGOUT_SERVICE": "javascript:x"},
         "SIMPLESAMLPHP_SP_SINGLE_LOGOUT_SERVICE: 'javascript:x' "),
    ],
)  # fmt: skip
def test_a_variable_that_is_missing_or_wrong_is_named(changed, told):
    with pytest.raises(BadCompatVariables) as refused:
        read_variables(VARIABLES | changed)
    assert told in refused.value.problem


def test_the_address_for_log_out_may_be_missing():
    given = {name: value for name, value in VARIABLES.items() if value != SLO}
    assert read_variables(given).service_provider.slo == ""


def test_what_was_changed_since_the_first_start_is_kept(services, pairs):
    """The trust keeps its settings and gets the new address; a user keeps the new password."""
    certificate, given = (
        pairs("compat").certificate,
        VARIABLES
        | {
            "SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE": "https://app.example.com/acs",
            "SIMPLESAMLPHP_SP_SINGLE_LOGOUT_SERVICE": "",
        },
    )
    make_image(services, read_variables(given), certificate)
    services.trusts.change(SP, {"second_factor": "always"})
    services.directory.set_password("user1@example.com", "Another-1")
    given["SIMPLESAMLPHP_SP_ASSERTION_CONSUMER_SERVICE"] = "https://app.example.com/new"

    make_image(services, read_variables(given), certificate)

    trust = services.trusts.find(SP)
    assert trust.settings.second_factor == "always"
    acs = [each.location for each in trust.service_provider.assertion_consumer_services]
    assert acs == ["https://app.example.com/new"]
    assert services.directory.check_password("user1@example.com", "Another-1").user


def test_without_variables_the_command_ends_with_one_line_and_leaves_nothing(tmp_path):
    data = tmp_path / "demo"
    ended = tallystick(
        "demo", "--port", "0", "--compat", "test-saml-idp", "--data-dir", str(data),
        **dict.fromkeys(VARIABLES, ""),
    )  # fmt: skip
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.endswith("[bad_compat_variables]")
    assert "SIMPLESAMLPHP_SP_ENTITY_ID" in line
    assert not data.exists()
