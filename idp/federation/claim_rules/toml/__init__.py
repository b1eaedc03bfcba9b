"""Reads and writes claim rules as tables, in TOML and in JSON: docs/claims.md.

``reader`` turns tables into rules, ``writer`` rules into tables, ``text`` the tables into TOML.
``templates`` reads and writes values such as ``{value}``. Read ``reader`` first. Settings of trusts
keep rules in this form (``idp.federation.relying_party.setting_types``).
"""
