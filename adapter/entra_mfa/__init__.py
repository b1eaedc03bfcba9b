"""The adapter ``AzureMfaAuthentication``: Microsoft Entra MFA, as AD FS brings it.

It is found by its entry point in the group ``tallystick.adapters``, like any other adapter.
``adapter.py`` implements the contract, read it first; ``state.py`` is what it keeps between two
posts, ``page.py`` renders its page (docs/pages.md), ``static/`` has its style sheet and script. It
asks :func:`adapter.decide` what to show and the MFA service (``adapter/mfa/``) for everything else.
"""

from adapter.entra_mfa.adapter import AzureMfaAuthentication

__all__ = ["AzureMfaAuthentication"]
