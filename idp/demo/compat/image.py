"""What the image ``test-saml-idp`` has, made in the demo: its users, and a trust by its variables.

Facts: ``authsources.php`` and ``saml20-sp-remote.php`` of the image 1.15, and the defaults of
SimpleSAMLphp 1.15.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from idp.demo.compat.server import LOG_OUT, METADATA, SIGN_ON
from idp.demo.compat.variables import ImageVariables
from idp.federation.claims import ATTRIBUTE_NAME_FORMAT
from idp.federation.relying_party.setting_changes import change_values
from idp.management.metadata.source import entered_source
from idp.management.trusts import add_from

if TYPE_CHECKING:
    from idp.services import Services

DOMAIN = "example.com"
"""The domain of the users' mail addresses in the image; its users have names without one."""
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@dataclass(frozen=True, slots=True)
class ImageUser:
    """A user of the image, with the values of ``uid`` and ``eduPersonAffiliation``."""

    name: str
    password: str
    uid: str
    affiliation: str

    @property
    def upn(self) -> str:
        """The name in the directory, which is the mail address, too."""
        return f"{self.name}@{DOMAIN}"

    def as_json(self) -> dict[str, str]:
        """Return what signs the user in."""
        return {"name": self.name, "password": self.password}


USERS = (
    #         name     password     uid  affiliation
    ImageUser("user1", "user1pass", "1", "group1"),
    ImageUser("user2", "user2pass", "2", "group2"),
)
UPNS = {user.name: user.upn for user in USERS}
"""The name in the directory of each user name of the image."""

_ATTRIBUTES = {"uid": "uid", "eduPersonAffiliation": "eduPersonAffiliation", "email": "mail"}
"""The LDAP name of each attribute that the image sends."""


@dataclass(frozen=True, slots=True)
class Compat:
    """The image's place: what scripts and people need to know of it."""

    base_url: str
    variables: ImageVariables

    @property
    def metadata_url(self) -> str:
        """The address of the metadata, which is the entity ID, too."""
        return self.base_url + METADATA

    def as_json(self) -> dict[str, Any]:
        """Return what scripts need to use it."""
        return {
            "entity_id": self.metadata_url,
            "metadata": self.metadata_url,
            "sign_on": self.base_url + SIGN_ON,
            "log_out": self.base_url + LOG_OUT,
            "service_provider": self.variables.service_provider.entity_id,
            "users": [user.as_json() for user in USERS],
            "ignored": list(self.variables.ignored),
        }


def make_image(services: Services, variables: ImageVariables, certificate: bytes) -> Compat:
    """Make the users that are missing, and the trust, or update it; return what was made.

    *certificate* is that of the key by which ``old_addresses`` vouches for the trust's messages. A
    trust that is there keeps its settings. Raises :class:`~adapter.errors.TallystickError`.
    """
    for user in USERS:
        if services.directory.find(user.upn) is None:
            attributes = {"uid": user.uid, "eduPersonAffiliation": user.affiliation}
            services.directory.add(user.upn, user.password, attributes=attributes)
    entered = replace(variables.service_provider, certificate=certificate)
    is_new = services.trusts.find(entered.entity_id) is None
    change = partial(change_values, values=_settings()) if is_new else None
    add_from(services, entered_source(services, entered), change)
    return Compat(services.config.server.base_url, variables)


def _settings() -> dict[str, Any]:
    """Return how SimpleSAMLphp serves a service provider of which it knows the addresses alone."""
    return {
        "second_factor": "never",
        "saml_response_signature": "MessageAndAssertion",
        "claim_rules": list(_rules()),
    }


def _rules() -> tuple[dict[str, Any], ...]:
    """Return the claim rules: the first NameID whose format the request takes is sent."""
    inner = {f"urn:tallystick:compat:{name}": ldap for name, ldap in _ATTRIBUTES.items()}
    sent = (
        {
            "when": {"claim": inner_name},
            "issue": f"literal:{name}",
            "value": "{value}",
            "properties": {ATTRIBUTE_NAME_FORMAT: BASIC},
        }
        for name, inner_name in zip(_ATTRIBUTES, inner, strict=True)
    )
    return (
        {"issue": "nameid", "format": "transient"},
        {"issue": "nameid", "format": "persistent"},
        {
            "when": {"claim": "emailaddress"},
            "issue": "nameid",
            "value": "{value}",
            "format": "emailAddress",
        },
        {"directory": inner, "output": False},
        *sent,
    )
