from readers import identities, idp, sp

__all__ = ["identities", "idp", "sp"]
