"""What AD FS's clients read on our pages, by id and name, and the way they travel."""

from __future__ import annotations

import pytest
from lxml import html

from idp.config.schema import SignInSection

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


def test_the_title_is_sign_in_and_the_form_is_the_last(log_in_page, tree):
    assert log_in_page.title == "Sign In"
    assert tree.xpath("//form")[-1].get("id") == "loginForm"
    assert tree.xpath("//form")[-1].get("novalidate") is not None


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
    assert not log_in_page.ids() & {"authMethod", "context", "options", "validEntropyNumber"}
    assert "AzureMfaAuthentication" not in log_in_page.html


def test_a_relative_or_absolute_action_leads_back_to_the_same_address(log_in_page, federation):
    assert log_in_page.form.action.startswith(f"{federation.url}/adfs/ls/?SAMLRequest=")


def test_both_forms_of_the_second_factor_have_one_absolute_action(federation, sp):
    tree = html.document_fromstring(federation.sign_in(sp.url()).page.html)
    forms = tree.xpath("//form")
    assert {form.get("id") for form in forms} == {"options", "loginForm"}
    (action,) = {form.get("action") for form in forms}
    assert action.startswith(f"{federation.url}/adfs/ls/")


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
