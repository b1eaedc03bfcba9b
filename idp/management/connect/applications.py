"""The applications that settings are written for, and the addresses that each has by itself.

The addresses are those of the application's own documentation, below its base URL; where an
application lets one choose, they are the usual ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.saml.endpoints import address_fault

AWS_ACS = "https://signin.aws.amazon.com/saml"
AWS_METADATA = "https://signin.aws.amazon.com/static/saml-metadata.xml"
_IS_HARMLESS = re.compile(r"[A-Za-z0-9._~:/\[\]-]+").fullmatch
"""No format of settings reads one of these characters as anything but itself."""

_SIMPLESAMLPHP = "/simplesaml/module.php/saml/sp"


class UnknownApplication(TallystickError):
    """Raised for a kind of application that no settings are written for."""

    code = "unknown_application"


class BadApplicationUrl(TallystickError):
    """Raised for a base URL that no application can have; ``faults`` has the sentence."""

    code = "bad_application_url"

    def __init__(self, fault: str) -> None:
        super().__init__(
            sentence("The application's address {fault}", fault=fault),
            sentence("Give its base URL, like https://app.example.test"),
        )
        self.faults = {"url": fault}


@dataclass(frozen=True, slots=True)
class ApplicationKind:
    """A kind of application.

    ``file`` is where the settings belong. ``entity_id``, ``acs`` and ``metadata`` are paths below
    the base URL, or whole addresses; ``metadata`` is empty if the application has none of its own,
    else the trust is best made of that. ``note`` is what else to do, as one sentence.
    """

    name: str
    title: str
    file: str
    entity_id: str
    acs: str
    metadata: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One application: its kind, and the addresses that this server has to know."""

    kind: ApplicationKind
    url: str
    entity_id: str
    acs: str
    metadata_url: str


_KINDS = (
    ApplicationKind(
        "python3-saml",
        "python3-saml",
        "saml/settings.json",
        "/saml/metadata",
        "/saml/acs",
        note=sentence("Your application answers the two addresses below /saml/ with python3-saml."),
    ),
    ApplicationKind(
        "pysaml2",
        "pysaml2",
        "saml_config.py",
        "/saml/metadata",
        "/saml/acs",
        note=sentence("pysaml2 needs the program xmlsec1 on PATH."),
    ),
    ApplicationKind(
        "node-saml",
        "node-saml and passport-saml",
        "saml-settings.cjs",
        "/saml/metadata",
        "/saml/acs",
        note=sentence("Pass the object to new SAML(…), or to new Strategy(…) of passport-saml."),
    ),
    ApplicationKind(
        "spring",
        "Spring Security",
        "application.yml",
        "/saml2/service-provider-metadata/tallystick",
        "/login/saml2/sso/tallystick",
        note=sentence(
            "It needs the dependency spring-security-saml2-service-provider, and reads the "
            "metadata at its start."
        ),
    ),
    ApplicationKind(
        "ruby-saml",
        "ruby-saml",
        "config/initializers/saml.rb",
        "/saml/metadata",
        "/saml/acs",
        note=sentence("Your application answers the two addresses below /saml/ with ruby-saml."),
    ),
    ApplicationKind(
        "mellon",
        "mod_auth_mellon",
        "/etc/apache2/conf-enabled/mellon.conf",
        "/mellon/metadata",
        "/mellon/postResponse",
        "/mellon/metadata",
        note=sentence(
            "Make key and certificate and save the metadata of this server first, as the comments "
            "say."
        ),
    ),
    ApplicationKind(
        "shibboleth",
        "Shibboleth SP",
        "/etc/shibboleth/shibboleth2.xml",
        "/shibboleth",
        "/Shibboleth.sso/SAML2/POST",
        "/Shibboleth.sso/Metadata",
        note=sentence("Restart shibd afterwards; shib-keygen makes its key."),
    ),
    ApplicationKind(
        "simplesamlphp",
        "SimpleSAMLphp",
        "config/authsources.php and metadata/saml20-idp-remote.php",
        f"{_SIMPLESAMLPHP}/metadata.php/default-sp",
        f"{_SIMPLESAMLPHP}/saml2-acs.php/default-sp",
        note=sentence("Its baseurlpath is simplesaml/, the default."),
    ),
    ApplicationKind(
        "aws",
        "Amazon Web Services",
        "tallystick-saml.json",
        "urn:amazon:webservices",
        AWS_ACS,
        AWS_METADATA,
        note=sentence(
            "Deploy it with CloudFormation. The trust needs the two attributes of "
            "its Outputs: tallystick sp set urn:amazon:webservices 'attributes.…'."
        ),
    ),
    ApplicationKind(
        "gitlab",
        "GitLab",
        "/etc/gitlab/gitlab.rb",
        "",
        "/users/auth/saml/callback",
        "/users/auth/saml/metadata",
        note=sentence("Run gitlab-ctl reconfigure afterwards."),
    ),
    ApplicationKind(
        "grafana",
        "Grafana Enterprise",
        "/etc/grafana/grafana.ini",
        "/saml/metadata",
        "/saml/acs",
        "/saml/metadata",
        note=sentence("SAML is part of Grafana Enterprise and Grafana Cloud."),
    ),
)
KINDS = {kind.name: kind for kind in _KINDS}
EXAMPLE_KIND = next(iter(KINDS))


def application_at(name: str, url: str) -> Application:
    """Return the application of the kind *name* with the base URL *url*.

    Raises :class:`UnknownApplication` and :class:`BadApplicationUrl`.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownApplication(
            sentence("There are no settings for {name}", name=repr(name[:40])),
            sentence("There are {kinds}", kinds=", ".join(KINDS)),
        )
    base = url.strip().rstrip("/")
    fault = None if _is_elsewhere(kind) else _fault_of(base)
    if fault is not None:
        raise BadApplicationUrl(fault)
    return Application(
        kind=kind,
        url=base,
        entity_id=_address(base, kind.entity_id),
        acs=_address(base, kind.acs),
        metadata_url=_address(base, kind.metadata) if kind.metadata else "",
    )


def _fault_of(base: str) -> str | None:
    fault = address_fault(base, allow_http=True)
    if fault is None and not _IS_HARMLESS(base):
        return "holds a character other than letters, digits and . _ ~ : / [ ] -"
    return fault


def _is_elsewhere(kind: ApplicationKind) -> bool:
    """Whether none of the application's addresses depends on the base URL."""
    return ":" in kind.entity_id


def _address(base: str, path: str) -> str:
    return path if ":" in path else f"{base}{path}"
