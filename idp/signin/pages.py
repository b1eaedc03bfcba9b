"""The pages of ``/adfs/``: values in, a response out; nothing is decided here."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Response, current_app, request
from markupsafe import Markup, escape

from idp.adapters.calls import AdapterPage
from idp.saml.refusal import Refused
from idp.session.participants import Outcome
from idp.signin.paths import IDP_INITIATED, SIGN_OUT
from idp.signin.second_factor import Choice
from idp.web.activity import activity_id
from idp.web.headers import CONTENT_SECURITY_POLICY

SUBMIT = Markup("document.forms[0].submit()")
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
_POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

WRONG_PASSWORD = "The user ID or password is not right. Check both and try again."  # noqa: S105 - a sentence

MUST_CHANGE_PASSWORD = "Your password has to be changed. Ask your administrator for a new one."  # noqa: S105 - the same
NEW_PASSWORD = {
    # code                     what the user is told
    "new_passwords_differ":    "The two new passwords differ. Type the same one twice.",
    "new_password_length":     "The new password must have 8 to 256 characters.",
    "new_password_too_simple": "The new password needs three kinds of characters: see below.",
    "new_password_is_old":     "The new password must not be the old one.",
}  # fmt: skip

MAX_NAME_LENGTH = 256


MAX_SECONDS = 5
"""Between two looks of a page that waits."""
BACK = f"{IDP_INITIATED}.aspx"

OUTCOMES = {
    Outcome.SIGNED_OUT:        "signed out",
    Outcome.FAILED:            "says that it could not sign you out",
    Outcome.NO_ANSWER:         "has not answered",
    Outcome.NO_LOGOUT_SERVICE: "cannot be told: it takes no sign-outs",
    Outcome.NO_SIGNING_KEY:    "cannot be told: it has no key to answer with",
    Outcome.NO_NAME_ID:        "cannot be told: it does not know you by a name",
    Outcome.NOT_TRUSTED:       "cannot be told: it is not registered here any more",
    Outcome.ELSEWHERE:         "cannot be told: you use it in another browser",
}  # fmt: skip


def log_in(
    *,
    action: str,
    saml_session: str | None,
    username: str = "",
    error: str = "",
    offers_kmsi: bool = False,
) -> Response:
    """The log-in page; ``errorText`` is there even when it is empty."""
    return _page(
        "log_in.html",
        action=action,
        saml_session=saml_session,
        username=username,
        error=error,
        offers_kmsi=offers_kmsi,
    )


def wants_kmsi(fields: Mapping[str, str]) -> bool:
    """Say whether the user ticked "Keep me signed in"."""
    return fields.get("Kmsi") == "true"


def change_password(
    *,
    action: str,
    saml_session: str | None = None,
    username: str = "",
    wants_kmsi: bool = False,
    error: str = "",
) -> Response:
    """The page for a new password; *saml_session* is of a user who has to give one to go on."""
    return _page(
        "change_password.html",
        action=action,
        saml_session=saml_session,
        username=username,
        wants_kmsi=wants_kmsi,
        error=error,
    )


def password_changed() -> Response:
    """The page after a change that led to nothing else."""
    return _page("password_changed.html")


def second_factor(
    page: AdapterPage,
    *,
    provider: str,
    context: str,
    action: str,
    user: str,
    others: Sequence[Choice],
) -> Response:
    """An adapter's page inside ours; it posts *context* to *action*, an absolute address."""
    return _page(
        "second_factor.html",
        page=page,
        form=_filled(page, provider, context, action),
        provider=provider,
        context=context,
        action=action,
        user=user,
        others=[choice for choice in others if choice.name != provider],
    )


def choose(choices: Sequence[Choice], *, context: str, action: str, user: str) -> Response:
    """The page on which the user chooses among several adapters."""
    return _page("choose.html", choices=choices, context=context, action=action, user=user)


def last_page(page: AdapterPage, provider: str) -> Response:
    """What an adapter shows after an error: its form leads nowhere any more."""
    form = _filled(page, provider, "", "")
    return _page("last_page.html", page=page, form=form, provider=provider)


def post_form(address: str, fields: dict[str, str]) -> Response:
    """The page that posts *fields* to the service provider, by script or by its button."""
    values = {name: _as_it_is(value) for name, value in fields.items()}
    response = _page("post_form.html", address=address, fields=values, script=SUBMIT)
    response.headers["Content-Security-Policy"] = _POSTING_POLICY
    return response


def trusts(choices: Sequence[tuple[str, str]], *, user: str) -> Response:
    """The IdP-initiated page: relying party trusts as (entity id, display name).

    *user* is who is signed in, and may sign out; empty for nobody.
    """
    return _page("trusts.html", choices=choices, user=user)


def sign_out(user: str) -> Response:
    """The page on which *user* may sign out."""
    return _page("sign_out.html", user=user)


def signing_out(waiting: Sequence[str], handle: str, *, left: timedelta) -> Response:
    """The page of a log-out that waits for service providers, for as long as is *left*."""
    address = f"{SIGN_OUT}?LogOut={handle}"
    page = _page("signing_out.html", waiting=waiting, address=address)
    seconds = min(max(1, round(left.total_seconds())), MAX_SECONDS)
    page.headers["Refresh"] = f"{seconds}; url={address}"
    return page


def signed_out(outcomes: Sequence[tuple[str, Outcome | None]], *, leads_back: bool) -> Response:
    """The page of a log-out that has ended: what happened at each service provider, by name.

    Where it *leads_back*, there is a link to the list of applications.
    """
    told = [(name, outcome, OUTCOMES[outcome]) for name, outcome in outcomes if outcome]
    return _page("signed_out.html", outcomes=told, back=BACK if leads_back else "")


def error(refused: Refused, *, status: int, now: datetime, node: str) -> Response:
    """The error page, with what an administrator asks for."""
    response = _page(
        "error.html",
        refused=refused,
        activity_id=activity_id(),
        time=f"{now:%Y-%m-%d %H:%M:%S} UTC",
        node=node,
        cookies="enabled" if request.cookies else "not seen",
        user_agent=request.user_agent.string[:300],
    )
    response.status_code = status
    return response


def _filled(page: AdapterPage, provider: str, context: str, action: str) -> Markup:
    """Put our values in the place of the tokens of an installed adapter's own HTML."""
    form = page.form
    for token, value in (("AuthMethod", provider), ("Context", context), ("Action", action)):
        form = form.replace(f"%{token}%", escape(value))
    return Markup(form)  # noqa: S704 - see above


def _as_it_is(value: str) -> Markup:
    """Escape *value* so that HTML gives it back unchanged: it takes a bare CR for a line feed."""
    return Markup(str(escape(value)).replace("\r", "&#13;"))  # noqa: S704 - escaped


def _page(template: str, **values: object) -> Response:
    """Render without Flask's own variables: no page speaks of the request or a Flask session."""
    html = current_app.jinja_env.get_template(template).render(values)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
