from support.service_providers.saml_messages import identities

__all__ = ["identities"]
