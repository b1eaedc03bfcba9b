"""The marker ``federation``: builds, settings and policies of a test, class or module."""

from __future__ import annotations

import pytest

from idp.testing.marker import KNOWN

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.federation(build="17763.2299", settings={"sign_in.session_minutes": 5})


def minutes(federation):
    return federation.services.config.sign_in.session_minutes


def test_a_module_sets_build_and_settings(federation, service_provider):
    sign_in = federation.sign_in(service_provider.login_url())

    assert sign_in.number is None, "one revision short of its update"
    assert minutes(federation) == 5


@pytest.mark.federation(build="20348.350")
class TestClass:
    def test_a_class_wins_over_its_module_value_by_value(self, federation, service_provider):
        assert federation.sign_in(service_provider.login_url()).number
        assert minutes(federation) == 5

    @pytest.mark.federation(build="20348.349", settings={"farm.signed_saml_requests_required": 1})
    def test_a_test_wins_over_its_class(self, federation, service_provider, sp):
        assert federation.sign_in(service_provider.login_url()).number is None
        assert minutes(federation) == 5
        assert "is not signed" in federation.browser().get(sp.url()).error

    def test_the_next_test_has_the_build_of_the_class_again(self, federation):
        assert str(federation.services.farm.first().build).endswith("20348.350")


@pytest.mark.federation(settings={"sign_in.session_minutes": 1}, push_policy="none")
def test_settings_and_policies_work(federation, service_provider):
    user = federation.add_user(totp=True)
    sign_in = federation.sign_in(service_provider.login_url(), user)
    assert user.phone.pending() == ()
    sign_in.enter_code(user.code())
    sign_in.finish()

    federation.clock.advance(61)

    again = federation.sign_in(service_provider.login_url(), user, browser=sign_in.browser)
    assert not again.is_finished


@pytest.mark.federation(policy={"Fido2.state": "disabled"}, migration="complete", campaign=True)
def test_policies_are_changed_by_key_and_by_word(federation):
    policies = federation.services.mfa.policies.read().policies
    assert not policies.passkeys.is_enabled
    assert policies.migration == "migrationComplete"
    assert policies.registration.campaign.state == "enabled"


@pytest.mark.federation(settings={"sign_in.loop_detection": True})
def test_a_setting_that_the_plugin_changes_can_be_set_back(federation):
    assert federation.services.config.sign_in.loop_detection


WRONG = {
    'biuld="20348.349"': "has no argument 'biuld' (did you mean build? there are build, *",
    '"20348.349"': "takes its arguments by name: build, settings, policy, push_policy, *",
    'build="nonsense"': "cannot be used: There is no Windows Server build in 'nonsense'*",
    'settings={"sign_in.session_minuts": 5}': "cannot be used: Wrong settings: *did you mean sign*",
    'settings={"sign_in.session_minutes": 0}': "cannot be used: Wrong settings: *session_minutes*",
    'settings={"session_minutes": 5}': "cannot be used: 'session_minutes' names no setting: write*",
    'settings={"store.url": "x"}': "cannot be used: store.url is chosen by the plugin",
    'settings={"keys.secret": "x"}': "cannot be used: keys.secret is chosen by the plugin",
    "settings=5": "needs a dictionary for settings, not 5",
    'policy={"Nothing.state": "disabled"}': "cannot be used: *Nothing*",
    'push_policy="all"': "cannot be used: push_policy is one of methods, legacy, both, none, not *",
}


def test_wrong_arguments_fail_a_test_with_one_line(pytester: pytest.Pytester):
    tests = "".join(
        f"@pytest.mark.federation({arguments})\ndef test_{number}(federation): pass\n\n"
        for number, arguments in enumerate(WRONG)
    )
    pytester.makepyfile(f"import pytest\n\n{tests}def test_usual(federation): pass\n")

    ended = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "--strict-markers")

    ended.assert_outcomes(passed=1, errors=len(WRONG))
    for line in WRONG.values():
        escaped = line.replace("[", "[[]")
        ended.stdout.fnmatch_lines([f"@pytest.mark.federation {escaped}"])
    ended.stdout.no_fnmatch_line("*During handling*")
    ended.stdout.no_fnmatch_line("*idp/testing*")


def test_the_marker_is_listed_with_what_it_takes(pytester: pytest.Pytester):
    listed = pytester.runpytest_subprocess("--markers").stdout
    takes = ", ".join(f"{name}=..." for name in KNOWN)
    listed.fnmatch_lines([f"@pytest.mark.federation({takes}): how *"])
