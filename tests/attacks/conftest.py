from readers import identities

__all__ = ["identities"]
