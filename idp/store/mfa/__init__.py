"""Second factors in the database: one module for each slice of :mod:`adapter.mfa`.

``devices.py``, ``activations.py``, ``push.py``, ``codes.py``, ``passkeys.py``,
``access_passes.py`` and ``protection.py`` implement the storage protocols of the slices
(``adapter/mfa/*/store.py``), with hardware tokens in ``hardware_tokens.py``; ``policies.py`` that
of the policies, and ``choices.py`` what users chose. ``user_row.py`` is the row that they share,
and the lock that keeps two nodes from changing one user at the same time. :func:`mfa_stores` joins
them; the tables are in ``idp/store/mfa_schema.py``.
"""

from __future__ import annotations

from adapter.mfa.service import MfaStores
from idp.session.seal import Seal
from idp.store.engine import Database
from idp.store.mfa.access_passes import SqlAccessPassStore
from idp.store.mfa.activations import SqlActivationStore
from idp.store.mfa.choices import SqlChoiceStore
from idp.store.mfa.codes import SqlCodeStore
from idp.store.mfa.devices import SqlDeviceStore
from idp.store.mfa.passkeys import SqlPasskeyStore
from idp.store.mfa.policies import SqlMfaPolicyStore
from idp.store.mfa.protection import SqlProtectionStore
from idp.store.mfa.push import SqlPushStore
from idp.store.mfa.read_ahead import SqlReadAhead
from idp.store.mfa_schema import (
    access_passes,
    activations,
    challenges,
    code_apps,
    devices,
    hardware_tokens,
    mfa_blocks,
    mfa_users,
    notices,
    outbox,
    passkeys,
    user_risks,
)

__all__ = ["USER_TABLES", "mfa_stores"]

USER_TABLES = (
    mfa_users, code_apps, hardware_tokens, devices, passkeys, challenges, activations,
    mfa_blocks, user_risks, access_passes, notices, outbox,
)  # fmt: skip
"""The tables whose rows belong to the user in their column ``user``; they go with the user."""


def mfa_stores(database: Database, seal: Seal) -> MfaStores:
    """Return the storage of all second factors in *database*; *seal* keeps seeds secret at rest."""
    return MfaStores(
        devices=SqlDeviceStore(database),
        activations=SqlActivationStore(database, seal),
        push=SqlPushStore(database),
        codes=SqlCodeStore(database, seal),
        passkeys=SqlPasskeyStore(database),
        access_passes=SqlAccessPassStore(database),
        protection=SqlProtectionStore(database),
        policies=SqlMfaPolicyStore(database),
        choices=SqlChoiceStore(database),
        ahead=SqlReadAhead(database),
    )
