"""Settings to paste into an application, from the template of its kind.

A template escapes each value by the filter of its format, so that no value can end the text it
stands in: ``json`` (also for Python, JavaScript and YAML), ``quoted`` (Ruby and PHP) and ``xml``.
Where a format has no escape, the value stands as it is: the address of an application consists of
harmless characters only (:mod:`idp.management.connect.applications`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from adapter.contract import EMAIL_ADDRESS, UPN
from idp.federation.claims import GROUP, NAME
from idp.management.connect.applications import Application, application_at
from idp.management.connect.server_facts import facts_of, metadata_of
from idp.saml.canonical import attribute
from idp.saml.values import PERSISTENT, POST, REDIRECT

if TYPE_CHECKING:
    from jinja2 import Environment

    from idp.services import Services

CLAIMS = {"upn": UPN, "email": EMAIL_ADDRESS, "name": NAME, "group": GROUP}
"""The claim types that a trust receives by default, by the names that templates use."""


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """The settings of one application, and what this server has to be told of it.

    ``text`` is what to paste. ``trust`` is the arguments of ``tallystick`` that make its trust.
    """

    application: Application
    text: str
    trust: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as the REST API and ``--json`` show it."""
        application = self.application
        return {
            "kind": application.kind.name,
            "title": application.kind.title,
            "file": application.kind.file,
            "note": application.kind.note,
            "settings": self.text,
            "entity_id": application.entity_id,
            "acs": application.acs,
            "metadata_url": application.metadata_url or None,
            "trust": list(self.trust),
        }


def settings_for(services: Services, kind: str, url: str) -> ApplicationSettings:
    """Return the settings of an application of this *kind* with the base URL *url*.

    Raises :class:`~idp.management.connect.applications.UnknownApplication` and
    :class:`~idp.management.connect.applications.BadApplicationUrl`.
    """
    application = application_at(kind, url)
    template = _environment().get_template(f"{application.kind.name}.j2")
    text = template.render(
        server=facts_of(services),
        application=application,
        metadata=metadata_of(services).decode(),
        claims=CLAIMS,
        redirect=REDIRECT,
        post=POST,
        persistent=PERSISTENT,
    )
    return ApplicationSettings(application, text, _trust_of(application))


def _trust_of(application: Application) -> tuple[str, ...]:
    if application.metadata_url:
        return ("sp", "add", application.metadata_url)
    return ("sp", "add", "--entity-id", application.entity_id, "--acs", application.acs)


@cache
def _environment() -> Environment:
    # Imported here, since most commands need no templates.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("idp.management.connect", "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - no HTML; each value has the filter of its format
    )
    made.filters |= {"json": json.dumps, "quoted": _quoted, "xml": attribute}
    return made


def _quoted(value: str) -> str:
    """Return a text in single quotes, as Ruby and PHP read it: nothing in it is evaluated."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
