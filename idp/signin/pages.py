"""The pages of ``/adfs/``: values in, a response out; nothing is decided here."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime

from flask import Response, render_template, request
from markupsafe import Markup, escape

from adapter.contract import ENGLISH, AdapterPresentation
from idp import web
from idp.signin.adapters import LoadedAdapter

SUBMIT = Markup("document.forms[0].submit()")
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
_POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

WRONG_PASSWORD = "The user ID or password is not right. Check both and try again."  # noqa: S105


def log_in(
    *, action: str, saml_session: str | None, username: str = "", error: str = ""
) -> Response:
    """The log-in page; ``errorText`` is there even when it is empty."""
    page = render_template(
        "log_in.html", action=action, saml_session=saml_session, username=username, error=error
    )
    return _html(page)


def second_factor(
    presentation: AdapterPresentation,
    *,
    provider: str,
    context: str,
    action: str,
    user: str,
    others: Sequence[LoadedAdapter],
) -> Response:
    """An adapter's page inside ours; it posts *context* to *action*, an absolute address."""
    tokens = {"%AuthMethod%": provider, "%Context%": context, "%Action%": action}
    form = presentation.form_html(ENGLISH)
    for token, value in tokens.items():
        form = form.replace(token, escape(value))
    page = render_template(
        "second_factor.html",
        title=presentation.page_title(ENGLISH),
        form=Markup(form),  # noqa: S704 - an installed adapter's own HTML
        presentation=presentation,
        provider=provider,
        context=context,
        action=action,
        user=user,
        others=[_choice(loaded) for loaded in others if loaded.name != provider],
    )
    return _html(page)


def choose(adapters: Sequence[LoadedAdapter], *, context: str, action: str, user: str) -> Response:
    """The page on which the user chooses among several adapters."""
    page = render_template(
        "choose.html",
        choices=[_choice(loaded) for loaded in adapters],
        context=context,
        action=action,
        user=user,
    )
    return _html(page)


def last_page(presentation: AdapterPresentation, provider: str) -> Response:
    """What an adapter shows after an error: its form leads nowhere any more."""
    form = presentation.form_html(ENGLISH)
    for token, value in {"%AuthMethod%": provider, "%Context%": "", "%Action%": ""}.items():
        form = form.replace(token, escape(value))
    page = render_template(
        "last_page.html",
        title=presentation.page_title(ENGLISH),
        form=Markup(form),  # noqa: S704 - an installed adapter's own HTML
        presentation=presentation,
        provider=provider,
    )
    return _html(page)


def post_form(address: str, fields: dict[str, str]) -> Response:
    """The page that posts *fields* to the service provider, by script or by its button."""
    page = render_template("post_form.html", address=address, fields=fields, script=SUBMIT)
    response = _html(page)
    response.headers["Content-Security-Policy"] = _POSTING_POLICY
    return response


def trusts(choices: Sequence[tuple[str, str]]) -> Response:
    """The IdP-initiated page: relying party trusts as (entity id, display name)."""
    return _html(render_template("trusts.html", choices=choices))


def error(
    *, code: str, sentence: str, remedy: str, status: int, now: datetime, node: str
) -> Response:
    """The error page, with what an administrator asks for."""
    page = render_template(
        "error.html",
        code=code,
        sentence=sentence,
        remedy=remedy,
        activity_id=web.activity_id(),
        time=f"{now:%Y-%m-%d %H:%M:%S} UTC",
        node=node,
        cookies="enabled" if request.cookies else "not seen",
        user_agent=request.user_agent.string[:300],
    )
    response = _html(page)
    response.status_code = status
    return response


def _choice(loaded: LoadedAdapter) -> dict[str, str]:
    metadata = loaded.adapter.metadata
    return {
        "name": loaded.name,
        "friendly_name": metadata.friendly_names.get(ENGLISH, loaded.name),
        "description": metadata.descriptions.get(ENGLISH, ""),
    }


def _html(page: str) -> Response:
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = web.CONTENT_SECURITY_POLICY
    return response
