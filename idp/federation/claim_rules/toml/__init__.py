"""Claim rules as TOML tables: reading and writing them."""
