"""This server as the image ``test-saml-idp`` describes itself: entity ID, addresses, metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.config.server import ServerSection
from idp.saml.metadata import write_idp_metadata
from idp.saml.values import EMAIL, PERSISTENT, REDIRECT, TRANSIENT

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.services import Services

FOLDER = "/simplesaml/"
METADATA = "/simplesaml/saml2/idp/metadata.php"
SIGN_ON = "/simplesaml/saml2/idp/SSOService.php"
LOG_OUT = "/simplesaml/saml2/idp/SingleLogoutService.php"
BEGIN_LOG_OUT = "/simplesaml/saml2/idp/initSLO.php"


class CompatServer(ServerSection):
    """``[server]`` of a server whose name and addresses for messages are the image's."""

    @property
    def entity_id(self) -> str:
        """The address of the metadata, which is the name of SimpleSAMLphp."""
        return f"{self.base_url}{METADATA}"

    @property
    def destinations(self) -> tuple[str, ...]:
        """The image's addresses beside AD FS's, which the demo's own service provider uses."""
        old = (f"{self.base_url}{path.lower()}" for path in (SIGN_ON, LOG_OUT))
        return (*super().destinations, *old)


def as_compat(config: Config) -> Config:
    """Return the configuration of the same server under the image's entity ID."""
    server = CompatServer.model_validate(config.server.model_dump())
    return config.model_copy(update={"server": server})


def metadata_of(services: Services) -> bytes:
    """Return the signed metadata with the image's addresses, which take HTTP-Redirect."""
    keys, server = services.signing_keys.current(), services.config.server
    return write_idp_metadata(
        entity_id=server.entity_id,
        ls_url=f"{server.base_url}{SIGN_ON}",
        log_out_url=f"{server.base_url}{LOG_OUT}",
        bindings=(REDIRECT,),
        certificates=keys.certificates,
        key=keys.primary.key,
        now=services.clock.now(),
        name_id_formats=(TRANSIENT, PERSISTENT, EMAIL),
    )
