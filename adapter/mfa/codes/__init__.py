"""The code factor: time-based one-time passwords from the app or a token (RFC 6238).

``code.py`` compares a code with its seed, ``limits.py`` counts wrong codes (both pure),
``factor.py`` takes a code, ``store.py`` is the storage it needs.
"""
