"""Fetching and refreshing the metadata of relying party trusts."""
