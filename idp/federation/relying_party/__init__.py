"""Relying party trusts: the trust, its settings, and the registry of all trusts."""
