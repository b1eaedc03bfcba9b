"""Asking a user for the second factor: by a request on the phone or a code, until it is passed.

``state.py`` has the value that says how far the user has come, ``first_step.py`` how it begins, and
``verifier.py`` what happens to it.
The experience is decided once, by :func:`adapter.decide`, for the scenario of the host: AD FS's
adapter (``adapter/entra_mfa/``) asks in scenario ``adfs``, security info and password reset
(``idp/account/``) in ``mfa`` and ``sspr``. What the pages look like is the hosts' affair.
"""
