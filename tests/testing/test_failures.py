"""What a test author sees when a test fails: where it stands, what to call, their own line."""

from __future__ import annotations

import pytest

from adapter.errors import TallystickError
from idp.testing.signin import NotFinished

pytest_plugins = ["pytester"]


def test_fixtures_and_what_they_give_say_what_they_are(federation, service_provider, phone):
    assert repr(federation) == f"<Federation {federation.url} srv2022 20348.350>"
    assert repr(service_provider).startswith("<ServiceProvider urn:tallystick:test-sp http")
    assert repr(phone) == "<Phone phone.json>"
    sign_in = federation.sign_in(service_provider.login_url())
    title = "'Multi-Factor Authentication'"
    assert repr(sign_in) == f"<SignIn user@example.test at {title} number={sign_in.number}>"
    assert repr(sign_in.page).startswith(f"<Page 200 {title} {federation.url}/adfs/ls/>")
    phone.approve(number=int(sign_in.number))
    finished = sign_in.finish()
    assert repr(finished) == f"<Finished Success for {service_provider.acs_url}>"
    assert "cookies" in repr(sign_in.browser)


def test_a_number_may_be_an_integer_and_a_wrong_one_is_told(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.login_url())

    assert phone.approve(number=109 - int(sign_in.number)) == "wrong_number"
    sign_in.try_again()
    assert phone.approve(number=int(sign_in.number)) == "approved"


def test_a_sign_in_that_is_not_finished_says_what_to_call(federation, service_provider):
    sign_in = federation.sign_in(service_provider.login_url())

    with pytest.raises(NotFinished, match=rf"phone\.approve\(number={sign_in.number}\)"):
        sign_in.finish()


def test_the_phone_names_its_methods_and_no_options_of_a_command(
    federation, service_provider, phone
):
    with pytest.raises(TallystickError, match=r"approve\(timeout=60\)"):
        phone.approve()
    federation.sign_in(service_provider.login_url())
    with pytest.raises(TallystickError, match=r"number=sign_in\.number") as refused:
        phone.approve()
    assert "--" not in str(refused.value)


def test_a_setting_that_a_trust_does_not_have_is_told_with_what_was_meant(
    federation, service_provider
):
    with pytest.raises(TallystickError, match=r"did you mean second_factor\?"):
        federation.add_service_provider(service_provider.metadata, second_facter="never")


def test_a_failure_shows_the_line_of_the_test_and_none_of_the_plugin(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        def test_it(federation, service_provider):
            sign_in = federation.sign_in(service_provider.login_url())
            sign_in.finish()
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [">*sign_in.finish()", "E*NotFinished: The sign-in is at the page*"]
    )
    result.stdout.no_fnmatch_line("*idp/testing/signin.py*")


WRONG_USES = (
    "phone.approve(number=38)",
    'federation.set_build("20348")',
    'federation.add_service_provider("<a/>")',
    'federation.faults.next("https://nobody.example.test", "audience_wrong")',
    'federation.policy({"MicrosoftAuthenticator.nothing": "Staff"})',
    'federation.choose_default(federation.user, "nothing")',
    'federation.add_user(phone="phone-new")',
    "federation.user.code()",
    'federation.sign_in("http://localhost:1/")',
)


def test_what_the_product_refuses_is_shown_at_the_line_of_the_test(pytester: pytest.Pytester):
    pytester.makepyfile(
        "".join(
            f"def test_{number}(federation, phone):\n    {use}\n\n"
            for number, use in enumerate(WRONG_USES)
        )
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")

    result.assert_outcomes(failed=len(WRONG_USES))
    result.stdout.fnmatch_lines([f">*{use.replace('[', '[[]')}" for use in WRONG_USES])
    for package in ("idp", "adapter"):
        result.stdout.no_re_match_line(rf"^(\S*/)?{package}/\S+\.py:\d+: ")
    result.stdout.no_fnmatch_line("*was the direct cause*")
    result.stdout.no_fnmatch_line("*another exception occurred*")


def test_a_failure_with_the_whole_traceback_shows_the_product_too(pytester: pytest.Pytester):
    pytester.makepyfile("def test_it(phone):\n    phone.approve()\n")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q", "--full-trace")

    result.stdout.fnmatch_lines(["*idp/authenticator/client.py:*"])


def test_a_failure_shows_the_timelines_of_its_sign_ins(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        def test_fails(federation, service_provider):
            federation.sign_in(service_provider.login_url())
            page = federation.browser().get(federation.url + "/adfs/ls/?SAMLRequest=x")
            assert federation.timeline(page.text("activityId")).summary.code == "not_base64"
            assert [each.summary.code for each in federation.timelines] == ["", "wrong on purpose"]

        def test_passes(federation):
            assert federation.timelines == ()
        """
    )
    output = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").stdout
    output.fnmatch_lines(
        [
            "*timelines of the sign-ins (tallystick)*",
            "The sign-in to urn:tallystick:test-sp has not ended*",
            "*Message received: AuthnRequest by HTTP-Redirect, signed with rsa-sha256",
            "*Second factor: AzureMfaAuthentication: number_match (kb_installed), asked",
            "Refused with not_base64: *",
            "*Refused: not_base64: *",
        ]
    )
    assert output.str().count("timelines of the sign-ins") == 1
