"""What a sign-in leaves in the log: who, where, what was decided and why; never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest


def test_a_sign_in_is_logged_by_its_events(federation, sp, phone):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()

    rows = [
        (row.event_id, row.user, row.trust, row.node, row.experience, row.reason, row.outcome)
        for row in federation.log
    ]
    who = (federation.user.name, sp.entity_id, "srv2022")
    assert rows == [
        (1202, *who, "", "", "right_password"),
        (1200, *who, "number_match", "kb_installed", "issued"),
    ]
    assert {row.client_ip for row in federation.log} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("build", "experience", "reason"),
    [
        ("20348.349", "approve_deny", "kb_missing"),
        ("26100.1", "approve_deny", "not_in_table"),
        ("14393.4704", "number_match", "kb_installed"),
    ],
)
def test_the_log_has_the_experience_and_its_reason(
    build, experience, reason, federation, sp, phone
):
    federation.set_build(build)
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()

    last = federation.log[-1]
    assert (last.experience, last.reason, last.outcome) == (experience, reason, "issued")


def test_every_row_is_also_a_log_line(federation, sp, phone, lines):
    sign_in = federation.sign_in(sp.url(), password="wrong")
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)
    sign_in.finish()

    told = [line for line in lines.all() if line["event"] == "sign_in"]
    assert [line["event_id"] for line in told] == [1203, 1202, 1200]
    for line, row in zip(told, federation.log, strict=True):
        for field in ("user", "trust", "node", "experience", "reason", "outcome", "activity_id"):
            assert line[field] == getattr(row, field)


def test_the_activity_id_is_the_same_on_all_pages_of_a_sign_in(federation, sp, phone, lines):
    browser = federation.browser()
    form = browser.get(sp.url()).form
    user = federation.user
    form = browser.submit(form, UserName=user.name, Password="wrong").form
    page = browser.submit(form, UserName=user.name, Password=user.password)
    sign_in = federation.resume(browser, page)
    phone.deny()
    sign_in.poll()
    sign_in.try_again()
    phone.approve(sign_in.number)
    federation.services.trusts.change_from_text(sp.entity_id, {"enabled": "false"})
    refused = sign_in.poll()

    ids = {row.activity_id for row in federation.log}
    told = {line["activity_id"] for line in lines.all() if line["event"] == "request_refused"}
    assert ids == told == {refused.text("activityId")}


def test_two_sign_ins_have_two_activity_ids(federation, easy):
    federation.sign_in(easy.url())
    federation.sign_in(easy.url())
    assert len({row.activity_id for row in federation.log}) == 2


def test_the_error_page_names_what_the_log_is_searched_for(federation, lines):
    page = federation.browser().get(f"{federation.url}/adfs/ls/?SAMLRequest=x")

    (line,) = lines.all()
    assert page.text("activityId") == line["activity_id"]
    assert page.text("errorCode").startswith(line["code"])
    text = page.text("workArea")
    assert "Node name" in text
    assert "srv2022" in text
    assert re.search(r"Error time\s*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", text)


def test_nothing_secret_is_in_any_log(federation, sp, phone, capfd):
    """Search all that was written for all that was secret in sign-ins good and bad."""
    secrets = {*by_phone(federation, sp, phone), *by_code(federation, sp)}
    secrets |= {account.private_key for account in phone.accounts()}

    rows = "\n".join(entry.as_line() for entry in federation.services.log.read(limit=1000))
    written = "".join(capfd.readouterr()) + rows

    assert rows.count("\n") > 5
    assert "adapter_loaded" in written
    assert len(secrets) > 12
    for secret in secrets:
        assert secret not in written


def by_phone(federation, sp, phone) -> Iterator[str]:
    """Sign in with a wrong password, a denial and a damaged Context on the way."""
    yield from ("a wrong secret", federation.user.password)
    federation.sign_in(sp.url(), password="a wrong secret")
    sign_in = federation.sign_in(sp.url())
    phone.deny()
    yield from kept_by(sign_in)
    sign_in.poll()
    sign_in.browser.submit(
        sign_in.page.form, Context="damaged" + sign_in.page.form.fields["Context"]
    )
    sign_in.try_again()
    yield from kept_by(sign_in)
    phone.approve(sign_in.number)
    yield sign_in.finish().fields["SAMLResponse"]
    yield from sign_in.browser.session.cookies.values()


def by_code(federation, sp) -> Iterator[str]:
    """Sign in with a wrong code on the way."""
    user = federation.add_user("both@example.test", "a pass of both", totp=True)
    code, wrong = user.code(), user.code(steps=30)
    yield from (user.password, user.totp_secret, code, wrong)
    sign_in = federation.sign_in(sp.url(), user)
    sign_in.enter_code(wrong)
    yield from kept_by(sign_in)
    sign_in.enter_code(code)
    yield sign_in.finish().fields["SAMLResponse"]


def kept_by(sign_in) -> Iterator[str]:
    """Return what a browser keeps between two pages."""
    yield sign_in.page.form.fields["Context"]
    yield from sign_in.browser.session.cookies.values()
