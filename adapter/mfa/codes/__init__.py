"""The code factor: time-based one-time passwords from the app or a token (RFC 6238).

``code.py`` compares a code with its seed, ``limits.py`` counts wrong codes, ``hardware.py`` is what
a hardware token is (all pure),
``factor.py`` takes a code, ``store.py`` is the storage it needs.
"""
