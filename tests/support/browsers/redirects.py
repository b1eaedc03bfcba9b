"""Answers to a right password and a passed factor, which are followed or not."""

from __future__ import annotations

from idp.embedded.page import Page
from idp.signin.continuation import PREFIX


def answer_to(browser, form, **fields):
    """Post a form, and return the answer without following it."""
    return browser.session.post(
        form.action, data={**form.fields, **fields}, allow_redirects=False, timeout=30
    )


def password_of(user) -> dict[str, str]:
    return {"UserName": user.name, "Password": user.password}


def page_at(browser, answer) -> Page:
    """Follow a redirect."""
    return browser.get(answer.headers["Location"])


def set_cookies(answer) -> set[str]:
    """Return the names of the cookies that an answer sets, and does not delete."""
    lines = answer.raw.headers.getlist("Set-Cookie")
    return {line.partition("=")[0] for line in lines if "Max-Age=0" not in line}


def continuations(browser) -> dict[str, str]:
    return {
        name: value for name, value in browser.session.cookies.items() if name.startswith(PREFIX)
    }


def is_log_in_page(page) -> bool:
    return page.title == "Sign In" and "passwordInput" in page.ids()


def is_refused(page) -> bool:
    return page.status == 400 and page.form is None
