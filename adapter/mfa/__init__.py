"""The MFA service behind every host: registered methods, push challenges, codes, limits.

One folder for each factor (``push``, ``codes``), with a ``limits.py`` that is pure and a
``factor.py`` that does the work. Storage is a port (:mod:`adapter.mfa.ports`); the clock and the
randomness are handed in.
"""
