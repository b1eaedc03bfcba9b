"""``tallystick sp claims``."""

from __future__ import annotations

import json

import pytest
from support.service_providers.metadata_parts import SP_ID as ID
from support.service_providers.metadata_parts import metadata

from idp.federation.metadata.folder import load_folder

XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/multipleauthn"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

ADFS = (
    '@RuleName = "Mail"\n'
    'c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname",'
    ' Issuer == "AD AUTHORITY"]\n'
    ' => issue(store = "Active Directory", types = ("%semailaddress"), query = ";mail;{0}",'
    " param = c.Value);\n"
    'c:[Type == "%semailaddress"] => issue(Type = "%snameidentifier", Value = c.Value);\n'
).replace("%s", XMLSOAP)

TOML = """\
[[claim_rules]]
name      = "Mail"
directory = { emailaddress = "mail" }

[[claim_rules]]
when  = { claim = "emailaddress" }
issue = "nameid"
value = "{value}"
"""


@pytest.fixture(autouse=True)
def trust_and_user(services):
    services.trusts.add(metadata().encode())
    services.directory.add(
        "alice@example.test", "password", email="alice@mail.test", groups=("staff",)
    )


@pytest.fixture
def written(farm_folder):
    """Write a file into the server's folder, where commands run."""

    def write(content, name="rules.txt", encoding="utf-8"):
        (farm_folder / name).write_text(content, encoding=encoding)
        return name

    return write


@pytest.fixture
def tried(done):
    """Try the rules for alice; returns what would be told."""

    def run(*options):
        out = done("sp", "claims", "test", ID, "--user", "EXAMPLE\\alice", "--json", *options)
        return json.loads(out)

    return run


def test_rules_of_an_ad_fs_are_stored_and_printed_as_toml(done, written):
    assert done("sp", "claims", "import", ID, written(ADFS)) == TOML
    assert done("sp", "claims", "show", ID) == TOML
    assert done("sp", "claims", "set", ID, written(TOML)) == f"{ID} has 2 rules now.\n"
    assert done("sp", "claims", "show", ID) == TOML


def test_rules_are_shown_in_the_language_they_came_in(done, written):
    done("sp", "claims", "import", ID, written(ADFS))

    text = done("sp", "claims", "show", ID, "--adfs")

    assert done("sp", "claims", "import", ID, "-", input=text) == TOML


def test_rules_are_not_asked_for_in_two_languages_at_once(tally, done, written):
    done("sp", "claims", "import", ID, written(ADFS))

    assert tally("sp", "claims", "show", ID, "--adfs", "--json").exit_code == 2


def test_a_file_that_powershell_wrote_is_read(done, written):
    file = written("\ufeff" + ADFS, encoding="utf-16-le")
    assert done("sp", "claims", "import", ID, file) == TOML


def test_unreadable_rules_are_named_and_nothing_is_stored(done, refused, written):
    done("sp", "claims", "set", ID, written(TOML))

    problem = refused("sp", "claims", "import", ID, written(ADFS + 'c:[Type == "a"] => isue();'))

    assert "Line 5, column 20: Found isue where issue or add was expected" in problem
    assert "[bad_claim_rule]" in problem
    assert done("sp", "claims", "show", ID) == TOML


def test_wrong_toml_is_refused_by_the_number_of_the_rule(done, refused, written):
    problem = refused("sp", "claims", "set", ID, written(TOML + '[[claim_rules]]\npas = "upn"'))

    assert "Rule 3: " in problem
    assert done("sp", "claims", "show", ID) == ""


def test_a_dry_run_stores_nothing(done, written):
    assert done("sp", "claims", "import", ID, written(ADFS), "--dry-run") == TOML
    assert done("sp", "claims", "show", ID) == ""


def test_an_attribute_that_no_user_has_is_a_warning(tally, written):
    result = tally("sp", "claims", "import", ID, written(ADFS.replace(";mail;", ";badge;")))

    assert result.exit_code == 0
    assert result.stderr == "tallystick: warning: no user has a value for badge yet\n"


@pytest.mark.parametrize("attribute", ["mobile", "BADGE", "objectSid"])
def test_an_attribute_that_users_have_or_usually_have_is_no_warning(
    attribute, tally, written, services
):
    services.directory.add("bo@example.test", "password", attributes={"badge": "7"})

    result = tally("sp", "claims", "import", ID, written(ADFS.replace(";mail;", f";{attribute};")))

    assert (result.exit_code, result.stderr) == (0, "")


def test_a_trust_without_rules_gets_the_default_claims(done, written, tally, tried):
    usual = tried()
    assert usual["rules"] is None
    assert usual["name_id"]["value"] == "alice@example.test"
    assert "no rules" in tally("sp", "claims", "show", ID).stderr
    assert json.loads(done("sp", "claims", "show", ID, "--json")) == {"claim_rules": None}

    done("sp", "claims", "set", ID, written("claim_rules = []"))
    assert tried()["attributes"] == []
    done("sp", "claims", "remove", ID)
    assert tried() | {"input": []} == usual | {"input": []}


def test_a_test_shows_what_came_in_what_goes_out_and_which_rule_made_it(done, written, tried):
    done("sp", "claims", "set", ID, written(TOML))

    trial = tried()

    assert {claim["name"] for claim in trial["input"]} >= {"upn", "group", "authnmethodsreferences"}
    made = [
        (step["number"], step["name"], claim["name"], claim["value"])
        for step in trial["rules"]
        for claim in step["claims"]
    ]
    assert made == [
        (1, "Mail", "emailaddress", "alice@mail.test"),
        (2, "", "nameid", "alice@mail.test"),
    ]
    assert trial["name_id"]["value"] == "alice@mail.test"
    assert [each["name"] for each in trial["attributes"]] == [XMLSOAP + "emailaddress"]
    assert trial["authn_context"] == PASSWORD


def test_people_see_the_same_as_scripts(done, written):
    done("sp", "claims", "set", ID, written(TOML + '[[claim_rules]]\npass = "role"\n'))

    lines = done("sp", "claims", "test", ID, "--user", "alice@example.test").splitlines()

    at = lines.index("Rule 1 (Mail) issues:")
    assert lines[at : at + 8] == [
        "Rule 1 (Mail) issues:",
        "  emailaddress  alice@mail.test",
        "Rule 2 issues:",
        "  nameid  alice@mail.test",
        "Rule 3 issues:",
        "  none",
        "The trust receives:",
        "  NameID                                                              alice@mail.test"
        " (urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified)",
    ]


def test_a_test_may_be_of_another_sign_in(done, written, tried):
    rules = (
        '[[claim_rules]]\npass = "insidecorporatenetwork"\n[[claim_rules]]\npass = "userip"\n'
        f'[[claim_rules]]\nissue = "authenticationmethod"\nvalue = "{MULTIPLE_AUTHN}"\n'
    )
    done("sp", "claims", "set", ID, written(rules))

    inside, outside = tried(), tried("--extranet", "--from", "203.0.113.9", "--mfa")

    assert [each["values"] for each in inside["attributes"]] == [["true"]]
    assert [each["values"] for each in outside["attributes"]] == [["false"], ["203.0.113.9"]]
    assert outside["authn_context"] == MULTIPLE_AUTHN
    assert inside["authn_context"] == PASSWORD
    assert [claim["value"] for claim in inside["withheld"]] == [MULTIPLE_AUTHN]


def test_a_test_makes_no_persistent_name(done, written, tried, services):
    done(
        "sp", "claims", "set", ID,
        written('[[claim_rules]]\nissue = "nameid"\nformat = "persistent"\n'),
    )  # fmt: skip

    assert tried()["name_id"]["value"] == "(made at the sign-in)"
    assert services.persistent_names.persistent(ID, "alice@example.test", create=False) is None


@pytest.mark.parametrize("command", [("show",), ("remove",), ("import", "rules.txt"), ("test",)])
def test_an_unknown_trust_is_refused(command, refused, written):
    written(ADFS)
    options = ("--user", "alice@example.test") if command[0] == "test" else ()

    assert "unknown_trust" in refused(
        "sp", "claims", command[0], "urn:none", *command[1:], *options
    )


def test_rules_are_seen_with_the_other_settings_and_set_among_them(done, written):
    written(TOML, "rules.toml")
    done("sp", "set", ID, "claim_rules=@rules.toml", "token_lifetime=5")
    assert done("sp", "claims", "show", ID) == TOML

    rules = json.loads(done("sp", "show", ID, "--json"))["settings"]["claim_rules"]
    assert rules[1] == {"when": {"claim": "emailaddress"}, "issue": "nameid", "value": "{value}"}


def test_the_file_of_a_trust_can_hold_its_rules(farm_folder, services, tried):
    folder = farm_folder / "metadata"
    folder.mkdir()
    (folder / "sp.xml").write_text(metadata())
    (folder / "sp.toml").write_text('second_factor = "never"\n\n' + TOML)

    report = load_folder(services.trusts, folder)

    assert report.faults == ()
    assert tried()["name_id"]["value"] == "alice@mail.test"
    (folder / "sp.toml").write_text('[[claim_rules]]\npas = "upn"\n')
    assert "Rule 1: " in load_folder(services.trusts, folder).faults[0]


def test_a_store_that_gives_nothing_is_warned_of(tally, farm_folder):
    expires = "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime"
    (farm_folder / "rules.txt").write_text(
        f'c1:[Type == "{expires}"] => issue(store = "_PasswordExpiryStore", types = ("{expires}"),'
        ' query = "{0};", param = c1.Value);'
    )

    result = tally("sp", "claims", "import", ID, "rules.txt")

    assert result.exit_code == 0, result.output
    assert result.stderr == (
        "tallystick: warning: no user has a value for passwordexpirationtime yet\n"
    )


def test_a_simulation_shows_attributes_and_the_claims_they_become(tally, done, services):
    services.directory.add("bo@example.test", "password", attributes={"sn": "Bell"})

    shown = json.loads(done("sp", "claims", "test", ID, "--user", "bo@example.test", "--json"))

    surname = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"
    assert {"name": surname, "values": ["Bell"], "name_format": None} in shown["attributes"]
    assert ("surname", "Bell") in {(claim["name"], claim["value"]) for claim in shown["input"]}
