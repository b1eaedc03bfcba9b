"""The pages of ``/adfs/``, rendered: values in, an answer out; nothing is decided here.

Ids and names of their fields are listed in docs/pages.md: clients read them.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from idp.adapters.calls import AdapterPage
from idp.adapters.second_factor import Choice
from idp.federation.relying_party.offered import OfferedTrusts
from idp.saml.refusal import Refused
from idp.session.participants import Outcome
from idp.signin.address import Address
from idp.signin.error_texts import sentence_of
from idp.signin.paths import LIST, METADATA, SIGN_OUT
from idp.signin.ways_on import WayBack, way_to_trace
from idp.web import page_frame
from idp.web.answer import HTML, Answer
from idp.web.filled_page import filled_page
from idp.web.headers import CONTENT_SECURITY_POLICY
from idp.web.page_texts import translated
from idp.web.web_request import WebRequest

_TEMPLATES = Environment(
    loader=FileSystemLoader([Path(__file__).parent / "templates", page_frame.TEMPLATES]),
    autoescape=True,
    auto_reload=False,
)
page_frame.install(_TEMPLATES)
_POLICY = "Content-Security-Policy"

WRONG_PASSWORD = "The user ID or password is incorrect. Check both and try again."  # noqa: S105 - a sentence
MUST_CHANGE_PASSWORD = "Your password must be changed. Ask your administrator for a new one."  # noqa: S105 - a sentence
PASSKEY_REFUSED = "The passkey was not accepted. Try again, or sign in with your password."
PASSKEY_NOT_ACCEPTED = "The passkey was not accepted. Try again."
MUST_USE_PASSWORD = "Your password must be changed: sign in with it once, not with your passkey."  # noqa: S105 - a sentence
ONLY_PASSKEY = "This application asks you to sign in with a passkey."
NEW_PASSWORD = {
    # code                     what the page says
    "new_passwords_differ":    "The two new passwords are different. Type the same one twice.",
    "new_password_length":     "The new password must have 8 to 256 characters.",
    "new_password_too_simple": "The new password needs three kinds of characters: see below.",
    "new_password_is_old":     "The new password must not be the old one.",
}  # fmt: skip

DENIED = "MSIS5007"

MAX_NAME_LENGTH = 256
MAX_USER_AGENT_LENGTH = 300
MAX_REFRESH_SECONDS = 5
"""How long a page that waits may go without reloading."""

OUTCOMES = {
    Outcome.SIGNED_OUT:        "signed out",
    Outcome.FAILED:            "reported that it could not sign you out",
    Outcome.NO_ANSWER:         "has not answered",
    Outcome.NO_LOGOUT_SERVICE: "cannot be asked: it does not support sign-out",
    Outcome.NO_SIGNING_KEY:    "cannot be asked: it has no key to sign its answer with",
    Outcome.NO_NAME_ID:        "cannot be asked: it does not know you by a name",
    Outcome.NOT_TRUSTED:       "cannot be asked: it is not registered here any more",
    Outcome.ELSEWHERE:         "cannot be asked: you use it in another browser",
}  # fmt: skip


def log_in_page(
    address: Address,
    *,
    saml_session: str | None,
    application: str,
    username: str = "",
    error: str = "",
    offers_kmsi: bool = False,
    passkey: dict[str, Any] | None = None,
    offers_reset: bool = False,
) -> Answer:
    """Render the log-in page; ``errorText`` is there even if it is empty.

    *application* is the name of what the user signs in to, empty for a page of our own. *passkey*
    are the options with which its script asks the browser for a passkey, None to offer none.
    """
    texts = {
        "path": address.path,
        "action": address.absolute,
        "saml_session": saml_session or "",
        "application": application,
        "username": username,
        "error": translated(error),
        "passkey": json.dumps(passkey) if passkey else "",
    }
    return fill_page(
        "log_in.html",
        texts,
        offers_kmsi=offers_kmsi,
        # A browser that answers without its user would send the same passkey again and again.
        offers_passkey_unasked=error not in (PASSKEY_REFUSED, MUST_USE_PASSWORD),
        offers_reset=offers_reset,
    )


def wants_kmsi(fields: Mapping[str, str]) -> bool:
    """Say whether the user ticked "Keep me signed in"."""
    return fields.get("Kmsi") == "true"


def change_password_page(
    *,
    action: str,
    saml_session: str | None = None,
    username: str = "",
    wants_kmsi: bool = False,
    error: str = "",
) -> Answer:
    """Render the page for a new password.

    *saml_session* is the sealed sign-in of a user who must change the password to go on.
    """
    texts = {
        "action": action,
        "saml_session": saml_session or "",
        "username": username,
        "error": translated(error),
    }
    return fill_page("change_password.html", texts, wants_kmsi=wants_kmsi)


def password_changed_page() -> Answer:
    """Render the page after a change of the password outside a sign-in."""
    return fill_page("password_changed.html", {})


def second_factor_page(
    page: AdapterPage,
    *,
    provider: str,
    context: str,
    address: Address,
    user: str,
    others: tuple[Choice, ...],
    back: WayBack | None,
) -> Answer:
    """Render an adapter's page in ours, *others* beside it; it posts *context* to *address*."""
    texts = {
        **_shown(page, provider, context, address.path),
        "provider": provider,
        "context": context,
        "action": address.absolute,
        "user": user,
        **_way(back),
    }
    return fill_page(
        "second_factor.html",
        texts,
        stylesheets=page.stylesheets,
        scripts=page.scripts,
        others=others,
    )


def choice_page(choices: Sequence[Choice], *, context: str, address: Address, user: str) -> Answer:
    """Render the page on which the user chooses among several adapters."""
    action = address.absolute
    return render_page("choose.html", choices=choices, context=context, action=action, user=user)


def passkey_page(
    *,
    options: str,
    context: str,
    address: Address,
    user: str,
    error: str,
    back: WayBack | None,
) -> Answer:
    """Render the page that asks for a passkey as the second factor; its script needs *options*."""
    texts = {
        "ceremony": options,
        "context": context,
        "path": address.path,
        "action": address.absolute,
        "user": user,
        "error": translated(error),
        **_way(back),
    }
    return fill_page("passkey.html", texts)


def last_page(page: AdapterPage, provider: str, back: WayBack | None) -> Answer:
    """Render an adapter's page after an error: its form leads nowhere."""
    texts = {**_shown(page, provider, "", ""), "provider": provider, **_way(back)}
    return fill_page("last_page.html", texts, stylesheets=page.stylesheets)


def trusts_page(offered: OfferedTrusts, *, user: str, is_first: bool) -> Answer:
    """Render the IdP-initiated page: the applications that *user*, who is signed in, may choose.

    *is_first* says whether it is the first page of the list.
    """
    return render_page("trusts.html", offered=offered, user=user, is_first=is_first, address=LIST)


def sign_out_page(user: str) -> Answer:
    """Render the page on which *user* may sign out."""
    return fill_page("sign_out.html", {"user": user})


def signing_out_page(waiting: Sequence[str], handle: str, *, left: timedelta) -> Answer:
    """Render the page of a log-out that waits for service providers, for at most *left*."""
    address = f"{SIGN_OUT}?LogOut={handle}"
    seconds = min(max(1, round(left.total_seconds())), MAX_REFRESH_SECONDS)
    page = render_page("signing_out.html", waiting=waiting, address=address)
    return page.with_header("Refresh", f"{seconds}; url={address}")


def signed_out_page(outcomes: Sequence[tuple[str, Outcome | None]], *, leads_back: bool) -> Answer:
    """Render the page of a log-out that has ended: each service provider's name and outcome.

    If it *leads_back*, there is a link to the list of applications.
    """
    shown = [(name, outcome, OUTCOMES[outcome]) for name, outcome in outcomes if outcome]
    return render_page("signed_out.html", outcomes=shown, back=LIST if leads_back else "")


def front_page() -> Answer:
    """Render what this server is, for somebody who opens its address without a path."""
    return fill_page("front.html", {"metadata": METADATA})


def error_page(
    refused: Refused,
    request: WebRequest,
    *,
    status: int,
    at: datetime,
    node: str,
    back: WayBack | None,
) -> Answer:
    """Render the error page: what is wrong, the way *back*, the facts an administrator asks for."""
    texts = {
        "code": refused.code,
        "problem": refused.problem,
        "sentence": sentence_of(refused, is_unavailable=status == 503),
        "activity_id": request.activity.id,
        "trace": way_to_trace(request),
        "time": f"{at:%Y-%m-%d %H:%M:%S} UTC",
        "node": node,
        "user_agent": request.request_context.user_agent[:MAX_USER_AGENT_LENGTH],
        **_way(back),
    }
    is_denied, cookies = refused.code == DENIED, bool(request.cookies)
    return fill_page("error.html", texts, status=status, is_denied=is_denied, cookies=cookies)


def _shown(page: AdapterPage, provider: str, context: str, action: str) -> dict[str, str]:
    """Return the texts of an installed adapter's page: tokens in its HTML become our values."""
    form = page.form
    for token, value in (("AuthMethod", provider), ("Context", context), ("Action", action)):
        form = form.replace(f"%{token}%", escape(value))
    html = Markup(form)  # noqa: S704 - see above
    return {"shown_title": page.title, "shown_language": page.language, "form": html}


def _way(back: WayBack | None) -> dict[str, str]:
    """Return the texts of the link that leads back, empty without one."""
    address, text = (back.address, back.text) if back else ("", "")
    return {"back": address, "back_text": translated(text)}


def fill_page(
    template: str,
    texts: Mapping[str, str],
    policy: str = CONTENT_SECURITY_POLICY,
    *,
    status: int = 200,
    **choices: Hashable,
) -> Answer:
    """Return a page as :func:`filled_page` does, with this Content-Security-Policy."""
    return _answer(template, filled_page(_TEMPLATES, template, texts, choices), policy, status)


def render_page(template: str, **values: object) -> Answer:
    """Render a page with a list of any length; else :func:`fill_page` is faster."""
    html = _TEMPLATES.get_template(template).render(values)
    return _answer(template, html.encode(), CONTENT_SECURITY_POLICY, 200)


def _answer(template: str, html: bytes, policy: str, status: int) -> Answer:
    page = template.removesuffix(".html")
    return Answer(html, status, (HTML, (_POLICY, policy)), page)
