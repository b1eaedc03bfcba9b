from support.service_providers.saml_messages import identities, idp, sp

__all__ = ["identities", "idp", "sp"]
