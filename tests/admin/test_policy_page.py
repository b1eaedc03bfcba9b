"""The page of the policies: what holds in words, a preview by the diff, saving, mistakes."""

from __future__ import annotations

import shlex

import pytest
from click.testing import CliRunner
from support.users import ALICE, BOB

from adapter.mfa.policy import IncludeTarget
from idp import cli
from idp.admin.pages.policy_form import changes_in, sections_of
from idp.management import policies

PATH = "/admin/policies"
INCLUDE = "MicrosoftAuthenticator.includeTargets"


@pytest.fixture(autouse=True)
def people(services):
    services.directory.add(ALICE, "first password", groups=["Staff"])
    services.directory.add(BOB, "first password")
    services.mfa.codes.register(BOB, "A" * 32)


@pytest.fixture
def post(administrator, services):
    """Press a button of the form, with these fields changed."""

    def send(action: str, version: object = None, **changed: str):
        settings = policies.show(services).settings()
        form = {
            field.key: field.text for section in sections_of(settings).values() for field in section
        }
        form |= {key.replace("__", "."): text for key, text in changed.items()}
        version = policies.show(services).version if version is None else version
        own = {"csrf": administrator.csrf(), "action": action, "version": str(version)}
        return administrator.post(PATH, {**form, **own})

    return send


def test_the_page_says_in_words_what_holds(administrator, services):
    policies.change(
        services,
        {
            INCLUDE: ["Staff", {"id": "Board", "authenticationMode": "deviceBasedPush"}],
            "MicrosoftAuthenticator.excludeTargets": "Trainees",
            "SoftwareOath.state": "disabled",
            "HardwareOath.includeTargets": [],
            "legacyResetPolicy.includeTargets": "all_users",
            "isRegistrationRequiredAtSignIn": True,
            "reconfirmationInDays": 90,
            "registrationEnforcement.authenticationMethodsRegistrationCampaign.state": "enabled",
        },
    )

    page = administrator.see(PATH).text

    for words in (
        "<dt>Push to Authenticator</dt><dd>Staff except Trainees.</dd>",
        "<dt>Codes of Authenticator</dt><dd>Staff, Board except Trainees.</dd>",
        "<dt>Codes of other apps</dt><dd>Nobody.</dd>",
        "<dt>Codes of hardware tokens</dt><dd>Nobody.</dd>",
        "<dt>Passkeys</dt><dd>Everybody.</dd>",
        "The migration has not begun",
        "Everybody may reset the own password with two methods.",
        "A user without a method registers one",
        "A sign-in asks everybody to set up Authenticator, after a day if they put it off.",
        "Users confirm their methods every 90 days.",
        "no user is in this group",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("migration", "words"),
    [("preMigration", "Everybody, by the legacy MFA policy."), ("migrationComplete", "Nobody.")],
)
def test_the_legacy_policy_is_named_where_it_counts(migration, words, administrator, services):
    changes = {"MicrosoftAuthenticator.state": "disabled", "policyMigrationState": migration}
    policies.change(services, {**changes, "legacyMfaPolicy.notificationThroughMobileApp": True})

    assert f"<dt>Push to Authenticator</dt><dd>{words}</dd>" in administrator.see(PATH).text


def test_a_preview_says_who_is_affected_stores_nothing_and_names_the_command(
    post, services, farm_folder, monkeypatch
):
    page = post("preview", **{INCLUDE.replace(".", "__"): "Staff\r\nBoard members"})

    assert page.status_code == 200
    assert policies.show(services).version == 0
    for cell in (BOB, "push", "not allowed: The authentication methods policy does not include"):
        assert cell in page.text
    assert f">{ALICE}<" not in page.text
    command = page.text.partition('aria-label="Command">')[2].partition("</pre>")[0]
    command = command.replace("&#39;", "'").replace("&#34;", '"')
    monkeypatch.chdir(farm_folder)
    assert CliRunner().invoke(cli.main, shlex.split(command)[1:]).exit_code == 0
    include = policies.show(services).policies.authenticator.include
    assert include == (IncludeTarget("Staff"), IncludeTarget("Board members"))


def test_a_preview_without_a_change_says_so(post):
    assert "Nothing would change." in post("preview").text


def test_what_is_saved_holds_and_the_next_page_says_so(post, administrator, services):
    saved = post("save", SoftwareOath__state="disabled", reconfirmationInDays="30")

    assert saved.status_code == 303
    assert "Saved." in administrator.see(PATH).text
    now = policies.show(services)
    assert (now.version, now.policies.registration.reconfirm_days) == (1, 30)
    assert not now.policies.code_apps.is_enabled


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reconfirmationInDays": "many"}, "reconfirmationInDays"),
        ({"reconfirmationInDays": "731"}, "reconfirmationInDays"),
        ({"SoftwareOath__state": "perhaps"}, "SoftwareOath.state"),
        ({"version": "x"}, "version"),
        ({}, "no change is given"),
    ],
)
def test_a_mistake_changes_nothing_and_what_was_typed_stays(changed, words, post, services):
    refused = post("save", **changed)

    assert refused.status_code == 422
    assert words in refused.text
    assert policies.show(services).version == 0
    if "reconfirmationInDays" in changed:
        assert f'value="{changed["reconfirmationInDays"]}"' in refused.text


def test_one_administrator_does_not_overwrite_another(post, services):
    policies.change(services, {"Fido2.state": "disabled"})

    refused = post("save", version=0, SoftwareOath__state="disabled")

    assert refused.status_code == 422
    assert "has been changed" in refused.text
    assert policies.show(services).policies.code_apps.is_enabled


def test_targets_that_are_more_than_names_are_json_and_stay_as_they_are(services):
    target = {"id": "a@b.test", "targetType": "user", "authenticationMode": "push"}
    settings = policies.change(services, {INCLUDE: [target]}).settings()
    field = next(f for f in sections_of(settings)["Authenticator"] if f.key == INCLUDE)

    assert field.text.startswith('[{"')
    assert changes_in({INCLUDE: field.text}, settings) == {}
    changed = changes_in({INCLUDE: field.text.replace("a@b", "c@d")}, settings)
    assert changed[INCLUDE][0]["id"] == "c@d.test"
    assert changes_in({INCLUDE: ""}, settings) == {INCLUDE: []}
