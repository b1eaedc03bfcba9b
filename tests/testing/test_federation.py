"""The fixtures do what they say, in the order a test's author meets them."""

from __future__ import annotations

import pytest
import requests
from support.nets import NET_SECONDS

from idp.authenticator.client import PhoneError
from idp.embedded.phones import PHONE_KINDS
from idp.testing.signin import NotFinished


def test_a_user_signs_in_by_matching_the_number(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url, federation.user)
    assert sign_in.number.isdecimal()
    assert len(sign_in.number) == 2

    phone.approve(sign_in.number)

    assert sign_in.finish().name_id == federation.user.name


def test_a_node_one_revision_short_shows_no_number(federation, service_provider, phone):
    federation.set_build("20348.349")
    sign_in = federation.sign_in(service_provider.url)
    assert sign_in.number is None

    phone.approve()

    assert "multipleauthn" in sign_in.finish().assertion.values_of("authnmethodsreferences")[-1]


def test_a_user_with_attributes_is_told_of_with_given_name_and_surname(
    federation, service_provider
):
    attributes = {"givenName": "Ada", "sn": ["Archer", "Bell"]}
    user = federation.add_user(attributes=attributes)

    sign_in = federation.sign_in(service_provider.url, user)
    user.phone.approve(sign_in.number)

    assertion = sign_in.finish().assertion
    assert assertion.values_of("givenname") == ("Ada",)
    assert assertion.values_of("surname") == ("Archer", "Bell")


def test_the_phone_never_has_the_number(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    (request,) = phone.pending()
    assert request.needs_number
    assert sign_in.number not in [str(value) for value in request.sent.values()]


def test_approving_without_the_number_leaves_the_request_open(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    with pytest.raises(PhoneError, match="number"):
        phone.approve()
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_a_denied_sign_in_has_no_end(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    phone.deny()
    with pytest.raises(NotFinished, match="denied on the phone"):
        sign_in.finish()


def test_the_error_of_an_unanswered_sign_in_names_its_page(federation, service_provider):
    sign_in = federation.sign_in(service_provider.url)
    with pytest.raises(NotFinished, match="Multi-Factor Authentication"):
        sign_in.finish()


def test_another_request_is_sent_when_the_user_asks_for_it(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    phone.deny()
    sign_in.poll()
    sign_in.try_again()
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)


def test_a_user_with_codes_alone_gives_one(federation, service_provider):
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(service_provider.url, user)
    sign_in.enter_code(user.code())
    assert sign_in.finish().name_id == user.name


def test_a_user_with_a_phone_may_choose_a_code(federation, service_provider):
    user = federation.add_user(totp=True)
    sign_in = federation.sign_in(service_provider.url, user)
    sign_in.enter_code(user.code())
    assert sign_in.is_finished


def test_a_wrong_code_is_refused_on_the_page(federation, service_provider):
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(service_provider.url, user)
    sign_in.enter_code(user.code(steps=20))
    assert "not right" in sign_in.error


@pytest.mark.parametrize("kind", PHONE_KINDS)
def test_every_kind_of_phone_can_be_given(kind, federation):
    user = federation.add_user(phone=kind)
    (device,) = federation.services.mfa.devices.of_user(user.name)
    assert device.kind == kind


def test_a_user_without_a_phone_has_no_codes_to_give(federation):
    with pytest.raises(ValueError, match="totp=True"):
        federation.user.code()


def test_a_wrong_password_stays_on_the_log_in_page(federation, service_provider):
    sign_in = federation.sign_in(service_provider.url, password="wrong")
    assert sign_in.page.title == "Sign In"
    assert sign_in.error


def test_users_are_known_by_name(federation, service_provider):
    user = federation.add_user("someone@example.test", "a password", phone="phone-current")
    assert federation.sign_in(service_provider.url, "someone@example.test").number
    assert user.phone.pending()


def test_a_browser_that_is_signed_in_is_not_asked_again(federation, service_provider, phone):
    first = federation.sign_in(service_provider.url)
    phone.approve(first.number)
    first.finish()

    again = federation.sign_in(service_provider.url, browser=first.browser)

    assert again.is_finished
    assert again.number is None


def test_the_clock_moves_server_phones_and_service_provider(federation, service_provider, phone):
    first = federation.sign_in(service_provider.url)
    phone.approve(first.number)
    assert first.finish().page.status == 200

    federation.clock.advance(24 * 3600)

    later = federation.sign_in(service_provider.url, browser=first.browser)
    assert later.number, "the session of eight hours has ended"
    phone.approve(later.number)
    assert later.finish().page.status == 200


def test_a_request_runs_out_with_the_clock(federation, service_provider, phone):
    federation.sign_in(service_provider.url)
    assert phone.pending()
    federation.clock.advance(61)
    assert phone.pending() == ()


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_the_answer_goes_to_the_service_provider_with_its_relay_state(
    binding, federation, service_provider, phone
):
    sign_in = federation.sign_in(service_provider.login_url(binding, relay_state="/a?b=ä&c"))
    phone.approve(sign_in.number)
    finished = sign_in.finish()
    assert finished.action == service_provider.acs_url
    assert finished.relay_state == "/a?b=ä&c"
    assert finished.page.text("user") == federation.user.name


def test_a_sign_in_may_start_at_the_federation_server(federation, service_provider, phone):
    url = federation.idp_initiated_url(service_provider.entity_id, "from here")
    sign_in = federation.sign_in(url)
    phone.approve(sign_in.number)
    finished = sign_in.finish()
    assert finished.relay_state == "from here"
    assert finished.received.in_response_to == ""
    assert finished.page.status == 200


def test_a_service_provider_that_is_not_running_needs_no_browser(federation, phone):
    trust = federation.add_service_provider(_METADATA, second_factor="never")
    sign_in = federation.sign_in(federation.idp_initiated_url(trust.entity_id))
    finished = sign_in.finish()
    assert finished.action == "https://sp.example.test/acs"
    assert finished.assertion.audiences == ("https://sp.example.test/",)
    assert set(finished.fields) == {"SAMLResponse"}


def test_metadata_may_be_text_or_a_file(federation, tmp_path):
    file = tmp_path / "sp.xml"
    file.write_text(_METADATA)
    assert federation.add_service_provider(file) == federation.services.trusts.list()[0]
    federation.add_service_provider(_METADATA.encode())
    assert len(federation.services.trusts.list()) == 1


def test_a_status_is_read_by_the_last_part_of_its_uris(federation, service_provider):
    sign_in = federation.sign_in(service_provider.login_url(is_passive=True))
    finished = sign_in.finish()
    assert finished.status == ("Responder", "NoPassive")
    with pytest.raises(AssertionError, match="NoPassive"):
        _ = finished.assertion


def test_the_log_tells_what_was_decided(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.url)
    phone.approve(sign_in.number)
    sign_in.finish()
    issued = federation.log[-1]
    assert (issued.event_id, issued.experience, issued.reason) == (
        1200,
        "number_match",
        "kb_installed",
    )


def test_the_metadata_are_at_metadata_url(federation):
    answer = requests.get(federation.metadata_url, timeout=NET_SECONDS)
    assert answer.status_code == 200
    assert federation.entity_id in answer.text


@pytest.mark.parametrize("turn", [1, 2])
def test_no_data_of_one_test_is_left_for_the_next(turn, federation):
    federation.add_user("only@example.test")  # a second one of the name would be refused
    federation.set_build("17763.1")
    assert [trust.entity_id for trust in federation.services.trusts.list()] == []
    assert federation.log == ()


_METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    entityID="https://sp.example.test/">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <AssertionConsumerService index="0" Location="https://sp.example.test/acs"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
  </SPSSODescriptor>
</EntityDescriptor>"""
