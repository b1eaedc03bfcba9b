"""What a second factor is: the decision on what a user sees, the adapters, the MFA service.

It knows no web, no SAML and no SQL; ``idp/`` hosts it on the network.

=======================  ==========================================================================
``contract``             what an adapter author implements (docs/adapters.md): AD FS's interface
``shared_store_limits``  the limits of the store that adapters share between nodes
``waiting_places``       where the posts of an adapter may hang; part of the contract
``decision``             :func:`decide`: what a user sees, and why. Read first
``adfs_server``          what a push shows on an AD FS server, by the server's build
``nps_extension``        what a push asks for through a version of the NPS extension
``reasons``              every reason and rule of a decision, with the sentence it rests on
``windows/``             builds of Windows Server, and the updates that bring number matching
``mfa/``                 registered methods, requests on phones, codes, and their limits
``texts``                the texts of our own adapters in the languages of AD FS (LCID)
``sentences``            English texts that know template and values, for pages to translate
``entra_mfa/``           the adapter ``AzureMfaAuthentication``
``mfa_server/``          the adapter ``AzureMfaServerAuthentication``, whose product has ended
``conformance/``         the kit that checks that an adapter keeps the contract
``clock``, ``errors``    the one clock protocol, the one base class of errors
=======================  ==========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapter.decision import Decision, decide

__all__ = ["Decision", "decide"]


def __getattr__(name: str) -> object:
    """Load the decision, with its table of updates, when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adapter import decision

    return globals().setdefault(name, getattr(decision, name))
