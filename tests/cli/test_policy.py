"""``tallystick policy``: what is shown, set, imported, exported and compared."""

from __future__ import annotations

import json

import pytest
from support.users import ALICE, BOB, PASSWORD

CAMPAIGN = "registrationEnforcement.authenticationMethodsRegistrationCampaign"
DEFAULTS = {
    "version": "0",
    "policyMigrationState": "preMigration",
    "MicrosoftAuthenticator.state": "enabled",
    "MicrosoftAuthenticator.isSoftwareOathEnabled": "true",
    "MicrosoftAuthenticator.includeTargets": '["all_users"]',
    "MicrosoftAuthenticator.excludeTargets": "[]",
    "MicrosoftAuthenticator.featureSettings.displayAppInformationRequiredState.state": "default",
    "SoftwareOath.state": "enabled",
    "HardwareOath.state": "enabled",
    "Fido2.isSelfServiceRegistrationAllowed": "true",
    "legacyMfaPolicy.notificationThroughMobileApp": "false",
    "legacyResetPolicy.numberOfMethodsRequired": "2",
    "legacyResetPolicy.includeTargets": "[]",
    "isRegistrationRequiredAtSignIn": "false",
    "reconfirmationInDays": "0",
    CAMPAIGN + ".state": "default",
    CAMPAIGN + ".includeTargets": '["all_users"]',
}
NUMBER = "MicrosoftAuthenticator.featureSettings.numberMatchingRequiredState.state"


def shown(done) -> dict[str, str]:
    lines = done("policy", "show").splitlines()
    return {key: value.strip() for key, _, value in (line.partition("  ") for line in lines)}


@pytest.fixture
def people(services):
    """Alice in Staff with codes, Bob with nothing."""
    services.directory.add(ALICE, PASSWORD, groups=["Staff"])
    services.directory.add(BOB, PASSWORD)
    services.mfa.codes.register(ALICE, "A" * 32)
    return services


@pytest.fixture
def file(farm_folder):
    """Write JSON into a file and return its name."""

    def write(value: object) -> str:
        (farm_folder / "policy.json").write_text(json.dumps(value))
        return "policy.json"

    return write


def test_before_anything_is_stored_the_defaults_are_shown(done):
    assert shown(done).items() >= DEFAULTS.items()


def test_set_changes_settings_and_what_is_shown_can_be_set(done):
    done(
        "policy",
        "set",
        "MicrosoftAuthenticator.includeTargets=Staff",
        "SoftwareOath.state=disabled",
    )

    now = shown(done)
    assert now["MicrosoftAuthenticator.includeTargets"] == '["Staff"]'
    assert (now["SoftwareOath.state"], now["version"]) == ("disabled", "1")
    changes = [f"{key}={value}" for key, value in now.items() if key != "version"]
    done("policy", "set", *changes)
    assert shown(done) == {**now, "version": "2"}


def test_a_version_keeps_one_administrator_from_overwriting_another(done, refused):
    done("policy", "set", "SoftwareOath.state=disabled", "--version", "0")

    line = refused("policy", "set", "SoftwareOath.state=enabled", "--version", "0")

    assert "[policy_changed]" in line
    assert shown(done)["SoftwareOath.state"] == "disabled"


def test_an_exported_file_is_imported_once(done, refused, farm_folder):
    exported = done("policy", "export")
    (farm_folder / "policy.json").write_text(exported)

    assert json.loads(exported)["authenticationMethodConfigurations"][0]["id"]
    done("policy", "import", "policy.json")
    assert "[policy_changed]" in refused("policy", "import", "policy.json")
    assert shown(done)["version"] == "1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("MicrosoftAuthenticator.stat=enabled", "did you mean MicrosoftAuthenticator.state"),
        ("SoftwareOath.state=on", "allowed is enabled or disabled"),
        ("numberMatching=false", "this key is unknown"),
        ("policyMigrationState=done", "migrationComplete"),
    ],
)
def test_a_mistake_changes_nothing_and_is_explained(change, words, refused, done):
    line = refused("policy", "set", "SoftwareOath.state=disabled", change)

    assert words in line
    assert "[bad_methods_policy]" in line
    assert shown(done)["version"] == "0"


def test_number_matching_is_said_to_be_without_effect_wherever_it_is_given(tally, file):
    given = file(
        {
            "id": "MicrosoftAuthenticator",
            "featureSettings": {"numberMatchingRequiredState": {"state": "disabled"}},
        }
    )
    runs = [tally("policy", verb, given) for verb in ("diff", "import")] + [tally("policy", "show")]

    for run in runs:
        assert run.exit_code == 0
        assert "numberMatchingRequiredState has no effect" in run.stderr
    assert NUMBER in runs[2].stdout
    assert json.loads(tally("policy", "show", "--json").stdout)["notes"]


def test_groups_that_nobody_is_in_are_named(tally, people):
    change = 'MicrosoftAuthenticator.includeTargets=["Staff", "Stuff"]'

    warnings = tally("policy", "set", change).stderr

    assert "group 'Stuff': no user is in this group" in warnings
    assert "'Staff'" not in warnings


def test_a_diff_says_user_by_user_what_would_change_and_changes_nothing(done, people, file):
    given = file(
        {
            "authenticationMethodConfigurations": [
                {"id": "MicrosoftAuthenticator", "includeTargets": ["Staff"]},
                {"id": "SoftwareOath", "state": "disabled"},
            ]
        }
    )

    diff = json.loads(done("policy", "diff", given, "--json"))

    assert [change["key"] for change in diff["settings"]] == [
        "MicrosoftAuthenticator.includeTargets",
        "SoftwareOath.state",
    ]
    users = {(each["user"], each["method"]): each["after"]["reason"] for each in diff["users"]}
    assert users == {
        (ALICE, "code_app"): "method_off",
        (BOB, "push"): "not_included",
        (BOB, "authenticator_code"): "not_included",
        (BOB, "code_app"): "method_off",
    }
    assert diff["locked_out"] == [ALICE]
    table = done("policy", "diff", given)
    assert f"{ALICE}\tany method\tallowed\tnone is left" in table
    assert shown(done)["version"] == "0"


def test_a_diff_says_which_users_see_less_on_their_phones(done, people):
    done("policy", "diff", "-", input="{}")
    features = {"displayLocationInformationRequiredState": {"excludeTarget": "Staff"}}
    given = json.dumps({"id": "MicrosoftAuthenticator", "featureSettings": features})

    diff = json.loads(done("policy", "diff", "-", "--json", input=given))

    assert diff["shown"] == [{"user": ALICE, "what": "location", "after": False}]
    assert diff["users"] == []


def test_a_diff_says_who_could_reset_register_and_would_be_asked(done, people):
    given = json.dumps(
        {
            "Fido2": {"isSelfServiceRegistrationAllowed": False},
            "legacyResetPolicy": {"includeTargets": ["Staff"], "numberOfMethodsRequired": 1},
            "isRegistrationRequiredAtSignIn": True,
            "registrationEnforcement": {
                "authenticationMethodsRegistrationCampaign": {"state": "enabled"}
            },
        }
    )

    diff = json.loads(done("policy", "diff", "-", "--json", input=given))
    table = done("policy", "diff", "-", input=given)

    (reset,) = diff["resets"]
    assert (reset["user"], reset["before"]["reason"]) == (ALICE, "reset_not_in_scope")
    assert reset["after"]["required"] == 1
    assert reset["after"]["methods"] == ["authenticator_code", "code_app", "hardware_token"]
    assert diff["asked"] == [
        {"user": ALICE, "what": "campaign", "after": True},
        {"user": BOB, "what": "register", "after": True},
    ]
    assert [(each["user"], each["method"]) for each in diff["registration"]] == [
        (ALICE, "passkey"), (BOB, "passkey"),
    ]  # fmt: skip
    assert diff["users"] == []
    for row in (
        f"{ALICE}\treset the password\tnot allowed: The reset policy does not let the user reset "
        "the password.\t1 of authenticator_code, code_app, hardware_token",
        f"{ALICE}\tto set up Authenticator\tnot asked\tasked",
        f"{BOB}\tregister passkey\tallowed\tnot allowed: The authentication methods policy does "
        "not let users register it themselves.",
    ):
        assert row in table


def test_a_diff_asks_administrators_for_two_methods_of_a_reset(done, people, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SIGN_IN__ADMINISTRATOR_GROUPS", '["staff"]')
    reset = {"includeTargets": ["Staff"], "numberOfMethodsRequired": 1}
    given = json.dumps({"legacyResetPolicy": reset})

    (change,) = json.loads(done("policy", "diff", "-", "--json", input=given))["resets"]

    assert (change["user"], change["after"]["required"]) == (ALICE, 2)


def test_a_reset_by_authenticator_alone_is_said_to_be_none(tally):
    run = tally(
        "policy", "set", "legacyResetPolicy.includeTargets=all_users",
        "legacyResetPolicy.mobileAppCode=false",
    )  # fmt: skip

    assert "legacyResetPolicy lets nobody reset a password" in run.stderr
    assert (
        "lets nobody" not in tally("policy", "set", "policyMigrationState=migrationComplete").stderr
    )


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "null", "[]"])
def test_a_file_that_is_no_policy_is_refused(text, refused):
    for verb in ("import", "diff"):
        assert "[bad_methods_policy]" in refused("policy", verb, "-", input=text)


def test_the_methods_of_a_user_show_what_is_allowed_and_why(tally, done, people):
    done("policy", "set", "SoftwareOath.state=disabled")

    run = tally("user", "methods", ALICE)
    as_json = json.loads(done("user", "methods", ALICE, "--json"))

    assert run.stdout.splitlines()[1].split("\t")[-3:] == ["yes", "no", "totp"]
    assert "has the method switched off" in run.stderr
    assert as_json["methods"][0]["allowed"] is False
    assert as_json["methods"][0]["reason"] == "method_off"
    assert as_json["allowed"]["push"]["allowed"] is True
    assert (as_json["asked_first"], as_json["asked_first_reason"]) == (None, "code_not_enabled")


def test_no_code_is_offered_to_a_user_who_has_five_apps(refused, people):
    for _ in range(4):
        people.mfa.codes.add(ALICE, "A" * 32)

    assert "[too_many_methods]" in refused("user", "activate", ALICE)


def test_the_default_method_is_chosen_by_its_id(done, refused, people, device_key):
    code = people.mfa.activations.create(ALICE, totp=False).typed
    people.mfa.activations.activate(
        code, public_key=device_key, platform="web", app_version="1", name="Phone"
    )

    assert json.loads(done("user", "methods", ALICE, "--json"))["asked_first"] == "push"
    done("user", "methods", "default", ALICE, "totp")
    assert json.loads(done("user", "methods", ALICE, "--json"))["asked_first"] == "totp"
    assert "[unknown_method]" in refused("user", "methods", "default", ALICE, "nothing")
