"""Security info, the web host of ``/account/``: users see and change their own second factors.

Signing in here is the scenario "MFA" of Microsoft's page on number matching: a push always shows a
number, whatever builds the farm has. Users give the password on the log-in page of ``/adfs/``; the
session and its cookie are the same.

=============================  ======  ==================================================  =========
address                        method  what it does                                        module
=============================  ======  ==================================================  =========
``/account/``                  GET     the user's methods                                  methods
``/account/default``           POST    asks for another method first                       methods
``/account/remove``            POST    removes a method                                    methods
``/account/verify``            both    asks for the second factor, with a number           verify
``/account/authenticator``     both    adds an Authenticator, with a test notification     phone
``/account/code-app``          both    adds a code app, once it has shown a right code     codes
``/account/token``             both    activates a hardware token by its code              codes
``/account/rename``            POST    gives a method another name                         methods
``/account/interrupt``         both    what policies ask before a sign-in goes on          interrupt
``/account/passkey``           both    adds a passkey                                      passkey
``/account/reset/``            both    password reset, for users who are not signed in     reset/
``/account/static/mfa/<name>`` GET     style and scripts of AD FS's page with the number   mfa_files
=============================  ======  ==================================================  =========

Read ``frame.py`` first: who is signed in (``visitor.py``), what a change needs, and how pages are
rendered, with the texts of ``texts.py`` and the QR codes of ``qr.py``. ``registrable.py`` says what
a user may register, and ``outcomes.py`` writes the rows of the sign-in log. What a
user is asked for is decided in ``adapter/mfa/verification/``, how a phone is registered in
``adapter/mfa/registration.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.account import codes, interrupt, methods, mfa_files, passkey, phone, reset, verify
from idp.account.frame import Frame, acting_user

if TYPE_CHECKING:
    from idp.services import Services

PAGES = (methods, verify, phone, passkey, interrupt, codes, reset)


def blueprint(services: Services) -> Blueprint:
    """Return the blueprint of ``/account/``."""
    made = Blueprint(
        "account",
        __name__,
        url_prefix="/account",
        template_folder="templates",
        static_folder="static",
    )
    services = services.acting(acting_user)
    frame = Frame(services)
    frame.handle_errors(made)
    for page in PAGES:
        page.add_routes(made, services, frame)
    mfa_files.add_route(made)
    return made
