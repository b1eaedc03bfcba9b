"""Relying party trusts, policy, providers, farm nodes and keys; what is issued to whom."""
