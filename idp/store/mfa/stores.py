"""Joins the storage of all second factors."""

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
