"""Self-service password reset at ``/account/reset/``, for users who cannot sign in.

================================  ======  ====================================================
address                           method  what it does
================================  ======  ====================================================
``/account/reset/``               GET     asks for the user name
``/account/reset/``               POST    begins a reset, whatever name was typed
``/account/reset/step``           GET     shows the present step
``/account/reset/step``           POST    takes one post of it: a proof, or the new password
================================  ======  ====================================================

Nobody is signed in here, so whoever looks at a page is a stranger until one method was proved.
Until then, the pages say nothing that depends on the account: for a user who does not exist, is
disabled, may not reset the password or has too few methods, everything is done with an account of
nobody, at the same cost, and fails in the same way. The log has the truth. See
``docs/password-reset.md``.

``flow.py`` is the way of a reset from step to step; read it first. ``eligibility.py`` says who may
reset and with which methods, ``proofs.py`` sends requests and checks codes, ``asked.py`` is what
the user is asked for now and how that is shown. ``handle.py`` has the cookie and the token of the
forms, ``outcomes.py`` the rows of the log, and ``pages.py`` the views. A reset is a row in the
database (``idp/mfa/password_reset.py``); the browser has only its sealed name.
"""

from __future__ import annotations

from idp.account.reset.pages import add_routes

__all__ = ["add_routes"]
