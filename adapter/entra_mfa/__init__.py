"""The adapter ``AzureMfaAuthentication``: Microsoft Entra MFA, as AD FS brings it.

It is found by its entry point in the group ``tallystick.adapters``, like any other adapter.
``adapter.py`` implements the contract, read it first; ``page.py`` renders its page (docs/pages.md),
with ``broker.py`` for apps that come up over it, ``static/`` has its style sheet and script. What
users are asked for, and whether they passed, is decided by the MFA service
(``adapter/mfa/verification/``).
"""

from adapter.entra_mfa.adapter import AzureMfaAuthentication

__all__ = ["AzureMfaAuthentication"]
