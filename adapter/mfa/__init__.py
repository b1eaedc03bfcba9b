"""The MFA service behind every host: what users have registered, and how a second factor is asked.

Read ``service.py`` first: :class:`~adapter.mfa.service.MfaService` is what hosts are given.

================  ==================================================================================
``methods``       a user's registered methods, of whatever kind
``factor``        what every factor can be asked
``policy``        which methods administrators allow, and to whom; ``policy_registration`` says what
                  users may and must register, ``policy_reset`` what proves a password reset
``permissions``   what one user may use, and what a sign-in asks for first
``policy_store``  the storage of the policies; ``read_ahead`` tells a storage what is read next
``choices``       what users have chosen about their methods, and its storage
``devices/``      Authenticator apps, and the activation codes that register them
``push/``         a request on the phone, answered by a number or by Approve and Deny
``codes/``        time-based one-time passwords
``passkeys/``     keys that sign in a browser, by WebAuthn
``access_pass/``  a pass that an administrator issues to a user without a method
``protection/``   users who are blocked from every second factor, or at high risk
``registration``  registering an Authenticator by a test notification
``verification/`` asking one user for a push or a code, in a scenario of the decision
``tokens``        random text; ``typed_digits`` reads digits as people type them
================  ==================================================================================

Each folder has the same file names: its values, ``limits.py`` (pure), ``store.py`` (the storage it
needs, as a protocol) and, where it is a factor, ``factor.py``. A further factor is a further folder
and one line in ``service.py``. Clock, randomness and storage are handed in; ``idp/store/mfa/``
implements the storage with one module for each folder here. ``adapter/entra_mfa/`` is the adapter
that asks users for these factors.
"""
