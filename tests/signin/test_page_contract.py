"""What AD FS's clients read on our pages, by id and name, and the way they travel."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html
from support.servers.raw_http import call

from idp import signin
from idp.config.schema import ServerSection, SignInSection

TEMPLATES = Path(signin.__file__).parent / "templates"

CONTRACT = {
    # id              tag       attributes that clients rely on
    "loginForm":     ("form",   {"method": "post"}),
    "userNameInput": ("input",  {"name": "UserName", "type": "email"}),
    "passwordInput": ("input",  {"name": "Password", "type": "password"}),
    "kmsiInput":     ("input",  {"name": "Kmsi", "value": "true", "type": "checkbox"}),
    "optionForms":   ("input",  {"name": "AuthMethod", "value": "FormsAuthentication",
                                 "type": "hidden"}),
    "submitButton":  ("button", {"type": "submit"}),
    "errorText":     ("label",  {}),
}  # fmt: skip


@pytest.fixture
def log_in_page(federation, sp, served):
    served(sign_in=SignInSection(keep_me_signed_in=True))
    return federation.browser().get(sp.url())


@pytest.fixture
def tree(log_in_page):
    return html.document_fromstring(log_in_page.html)


def element(tree, identifier):
    (found,) = tree.xpath("//*[@id=$id]", id=identifier)
    return found


@pytest.mark.parametrize(("identifier", "expected"), CONTRACT.items())
def test_the_log_in_page_has(identifier, expected, tree):
    tag, attributes = expected
    found = element(tree, identifier)
    assert found.tag == tag
    assert {name: found.get(name) for name in attributes} == attributes


INPUT = re.compile(r"<input(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*>")


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.name)
def test_every_input_is_closed(template):
    """Amazon's wrappers look for ``<input … />``."""
    assert all(tag.endswith(" />") for tag in INPUT.findall(template.read_text()))


def test_the_title_is_sign_in_and_the_form_lets_a_windows_name_pass(log_in_page, tree):
    assert log_in_page.title == "Sign In"
    assert element(tree, "loginForm").get("novalidate") is not None


def actions(tree) -> dict[str, str]:
    """Return the address of each form as it stands, by the form's id, in the page's order."""
    return {form.get("id"): form.get("action") for form in tree.xpath("//form")}


def test_the_action_of_the_log_in_form_is_a_path_and_behind_it_options_has_it_absolute(
    tree, federation
):
    """Seven clients put scheme and host in front of the first; two take the last as it stands."""
    forms = actions(tree)

    assert list(forms) == ["loginForm", "options"]
    assert forms["loginForm"].startswith("/adfs/ls/?SAMLRequest=")
    assert forms["options"] == federation.url + forms["loginForm"]


def test_a_page_after_a_request_by_post_has_both_addresses_too(federation, sp):
    page = federation.browser().post(sp.ls_url, sp.fields())
    forms = actions(html.document_fromstring(page.html))

    assert forms["loginForm"].startswith("/adfs/ls/?client-request-id=")
    assert forms["options"] == federation.url + forms["loginForm"]


def test_the_error_is_there_and_empty_inside_the_form_without_an_error(tree):
    error = element(tree, "errorText")
    assert (error.text, len(error)) == (None, 0)
    assert [each.get("id") for each in error.iterancestors()][:2] == ["error", "loginForm"]
    assert error.getparent().get("role") == "alert"


def test_the_error_is_filled_after_a_wrong_password(federation, log_in_page, sp):
    browser = federation.browser()
    log_in_page = browser.submit(log_in_page.form, UserName=federation.user.name, Password="wrong")
    error = element(html.document_fromstring(log_in_page.html), "errorText")
    assert error.text.strip()


def test_nothing_on_the_log_in_page_looks_like_the_second_factor(log_in_page):
    assert not log_in_page.ids() & {"authMethod", "context", "validEntropyNumber"}
    assert "Context" not in {name for form in log_in_page.forms for name in form.fields}
    assert "AzureMfaAuthentication" not in log_in_page.html


def test_a_relative_or_absolute_action_leads_back_to_the_same_address(log_in_page, federation):
    assert log_in_page.form.action.startswith(f"{federation.url}/adfs/ls/?SAMLRequest=")


def test_both_forms_of_the_second_factor_have_one_address_and_only_that_of_options_is_absolute(
    federation, sp
):
    """aws-adfs takes that of ``options`` as it stands; awscli-adfs completes the other one."""
    forms = actions(html.document_fromstring(federation.sign_in(sp.url()).page.html))

    assert list(forms) == ["loginForm", "options"]
    assert forms["loginForm"].startswith("/adfs/ls/?SAMLRequest=")
    assert forms["options"] == federation.url + forms["loginForm"]


@pytest.mark.parametrize("address", ["ls", "initiated"])
def test_a_form_without_content_type_is_read(address, federation, sp):
    """Amazon's Python wrapper sends none."""
    url = sp.url() if address == "ls" else sp.initiated_url()
    user = federation.user
    body = urlencode({"UserName": user.name, "Password": "wrong"})

    answer = call_untyped(federation, url, body)

    assert answer.status == 200
    assert element(html.document_fromstring(answer.text), "errorText").text.strip()


def test_another_site_cannot_post_a_form_without_content_type(federation, sp):
    body = urlencode({"UserName": federation.user.name, "Password": federation.user.password})
    answer = call_untyped(federation, sp.url(), body, Origin="https://evil.example.test")

    assert answer.status == 403
    assert [row.outcome for row in federation.log] == ["from_another_site"]


def call_untyped(federation, url, body, **headers):
    return call(federation, "POST", url, body.encode(), Content_Type=None, **headers)


MFA_CONTRACT = {
    # id                  tag       attributes that clients rely on
    "loginForm":          ("form",  {"method": "post"}),
    "options":            ("form",  {"method": "post"}),
    "authMethod":         ("input", {"name": "AuthMethod", "type": "hidden",
                                     "value": "AzureMfaAuthentication"}),
    "context":            ("input", {"name": "Context", "type": "hidden"}),
    "instructions":       ("p",     {}),
    "validEntropyNumber": ("p",     {"aria-hidden": "true"}),
    "errorText":          ("span",  {}),
}  # fmt: skip


def test_the_mfa_page_has_what_clients_look_for(federation, sp):
    page = federation.sign_in(sp.url()).page
    tree = html.document_fromstring(page.html)

    assert "Multi-Factor Authentication" in page.title
    for identifier, (tag, attributes) in MFA_CONTRACT.items():
        found = element(tree, identifier)
        assert found.tag == tag
        assert {name: found.get(name) for name in attributes} == attributes
    number = element(tree, "validEntropyNumber")
    assert (len(number.text), number.text.isdigit(), len(number)) == (2, True, 0)
    assert " ".join(number.text) in number.getnext().text


def test_the_mfa_page_shows_no_number_where_there_is_none_to_match(federation, sp):
    federation.set_build("20348.349")
    assert "validEntropyNumber" not in federation.sign_in(sp.url()).page.ids()
    user = federation.add_user(phone=None, totp=True)
    tree = html.document_fromstring(federation.sign_in(sp.url(), user).page.html)
    code = element(tree, "verificationCodeInput")
    assert (code.get("name"), bool(code.get("placeholder"))) == ("VerificationCode", True)
    (submit,) = tree.xpath("//button[@name='SignIn']")
    assert submit.get("value") == "Sign in"
    assert not tree.xpath("//*[@id='validEntropyNumber']")


def test_a_post_of_the_method_alone_is_answered_by_the_log_in_page(federation, sp):
    page = federation.browser().post(sp.url(), {"AuthMethod": "FormsAuthentication"})
    assert (page.status, page.title, page.error) == (200, "Sign In", "")


def test_all_cookies_of_a_sign_in_travel_with_the_posts_of_other_sites(
    federation, reconfigured, easy
):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    user, query = federation.user, easy.url(Destination=None).partition("?")[2]
    form = {"UserName": user.name, "Password": user.password}
    answer = client.post(f"/adfs/ls/?{query}", data=form, follow_redirects=True)

    given = [*answer.history[0].headers.getlist("Set-Cookie")]
    given += answer.headers.getlist("Set-Cookie")
    assert len(given) >= 4
    for header in given:
        attributes = set(header.split("; ")[1:])
        assert {"HttpOnly", "Secure", "SameSite=None"} <= attributes


def test_exactly_one_method_is_posted_without_script(federation, sp):
    page = federation.sign_in(sp.url()).page
    for form in page.forms:
        assert set(form.fields) <= {"AuthMethod", "Context"}
    assert page.form.fields["AuthMethod"] == "AzureMfaAuthentication"
    tree = html.document_fromstring(page.html)
    assert element(tree, "optionSelection").get("disabled") is not None


def test_the_last_page_is_the_hidden_form(federation, sp, phone):
    sign_in = federation.sign_in(sp.url(relay_state="x"))
    phone.approve(sign_in.number)
    page = sign_in.poll()
    tree = html.document_fromstring(page.html)
    (form,) = tree.xpath("//form")

    assert (form.get("name"), form.get("method")) == ("hiddenform", "POST")
    assert {each.get("name") for each in form.xpath(".//input")} == {"SAMLResponse", "RelayState"}
    assert form.xpath(".//button[@type='submit']")


def test_a_client_without_script_or_redirects_signs_in_by_posting_what_it_was_given(
    federation, sp, phone
):
    """As aws-adfs does: the form's action as it stands, five posts while the phone is silent."""
    user, browser = federation.user, federation.browser()
    page = browser.get(sp.initiated_url())
    fields = {**page.form.fields, "UserName": user.name, "Password": user.password, "Kmsi": "true"}
    page = browser.post(page.form.action, fields)
    number, seen = page.text("validEntropyNumber"), set()
    for _ in range(5):
        options = next(form for form in page.forms if form.id == "options")
        page = browser.post(options.action, page.form.fields | {"__EVENTTARGET": ""})
        seen.add(page.form.fields["Context"])
        assert (page.status, page.text("validEntropyNumber")) == (200, number)
    phone.approve(number)

    page = browser.post(options.action, page.form.fields)

    assert "SAMLResponse" in page.forms[0].fields
    assert len(seen) == 5


def test_the_form_that_chooses_a_language_is_before_all_others(federation, served):
    """Clients take the last form of a page."""
    served(sign_in=SignInSection(password_change=True))
    page = federation.browser().get(f"{federation.url}/adfs/portal/updatepassword/")
    assert [form.id for form in page.forms] == ["languageForm", "updatePasswordForm"]
