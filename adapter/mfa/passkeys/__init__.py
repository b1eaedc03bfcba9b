"""The passkey factor: a key in the user's device or key manager that signs a challenge (WebAuthn).

``passkey.py`` has the values, ``challenge.py`` makes challenges that nobody has to store,
``ceremony.py`` checks the answers of browsers with the library ``webauthn``, ``limits.py`` says how
many and how long (all pure). ``factor.py`` registers passkeys and takes their signatures,
``store.py`` is the storage it needs.

A passkey proves possession of the key and, by the device's PIN or biometrics, the user: both
factors in one step. The Entra adapter never asks for one, since AD FS's adapter knows push and
codes alone; hosts offer it where they want to.
"""
