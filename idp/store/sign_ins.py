"""The hot path of a sign-in: one statement to look, one transaction to end."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, literal, select

from idp.audit.record import SignInRecord
from idp.directory.users import User
from idp.federation.access_control.decision import AccessRules
from idp.federation.farm import Node
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.session.participants import Issued
from idp.store import participants, sign_in_log, trust_identifiers
from idp.store import used_once as once
from idp.store.access_control import read_rules
from idp.store.engine import Database
from idp.store.participants import SESSION_ENDED
from idp.store.policies import STAMP
from idp.store.prepared import Prepared
from idp.store.schema import nodes, policies, trusts, used_once, users
from idp.store.trusts import read_trust
from idp.store.users import USER_COLUMNS, user_of

AUTHN_REQUEST = "authn-request"
SIGN_IN = "sign-in"

_ONE = select(literal(1).label("one")).subquery()
_NODE_COLUMNS = tuple(field.name for field in fields(Node))
_NODE = (
    select(*(nodes.c[name] for name in _NODE_COLUMNS))
    .order_by((nodes.c.name == bindparam("node")).desc(), nodes.c.serial)
    .limit(1)
    .subquery()
)
_COLUMNS = (*(_NODE.c[name] for name in _NODE_COLUMNS), *USER_COLUMNS)
_FACTS = Prepared(
    select(
        select(trusts.c.stamp)
        .where(trusts.c.entity_id == bindparam("entity_id"))
        .scalar_subquery(),
        select(policies.c.value).where(policies.c.name == STAMP).scalar_subquery(),
        select(used_once.c.kind)
        .where(used_once.c.kind == SESSION_ENDED, used_once.c.key == bindparam("session_key"))
        .scalar_subquery(),
        *_COLUMNS,
    ).select_from(
        _ONE.outerjoin(users, users.c.upn == bindparam("upn")).outerjoin(_NODE, literal(True))
    ),
    returns=(Text(), Text(), Text(), *(column.type for column in _COLUMNS)),
)
_NOTHING = (None,) * (3 + len(_COLUMNS))


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What holds at one moment.

    ``trust``, ``user`` and ``node`` are None where there are none; a disabled one is here, and
    says so.
    ``rules`` are those for all trusts.
    """

    trust: RelyingPartyTrust | None
    node: Node | None
    user: User | None
    session_ended: bool
    rules: AccessRules


class SignInStore:
    """The hot path of one database.

    Trusts are kept parsed, by entity id and change stamp, and so are the rules for all: what an
    administrator changes is seen by the next look, and no more is kept than there is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trusts: dict[str, tuple[str, RelyingPartyTrust]] = {}
        self._rules: tuple[str | None, AccessRules] | None = None

    def facts(
        self, entity_id: str | None, user: str | None, session_id: str | None, node: str | None
    ) -> SignInFacts:
        """Return what a step of a sign-in needs to know, all of the same moment.

        *entity_id* may be another one that the trust goes by; None is for no trust. *user* is a
        UPN in canonical spelling; without a session or user, they are None. *node* is looked for by
        name; without such a node it is the first of the farm.
        """
        values = {
            "entity_id": entity_id,
            "upn": user,
            "node": node,
            "session_key": None if session_id is None else once.key_of(session_id),
        }
        with self._database.read() as connection:
            stamp, rules_stamp, ended, *rest = _FACTS.first(connection, values) or _NOTHING
            trust = None
            if entity_id is not None:
                trust = self._trust(connection, entity_id, stamp) or _by_other_name(
                    connection, entity_id
                )
            rules = self._rules_of(connection, rules_stamp)
        of_node, of_user = rest[: len(_NODE_COLUMNS)], rest[len(_NODE_COLUMNS) :]
        return SignInFacts(
            trust=trust,
            node=None if of_node[0] is None else Node(*of_node),
            user=None if of_user[0] is None else user_of(of_user),
            session_ended=ended is not None,
            rules=rules,
        )

    def finish(
        self,
        *,
        request: tuple[str, str] | None,
        request_expires_at: datetime,
        sign_in: str | None,
        log: SignInRecord,
        issued: Issued | None = None,
    ) -> bool:
        """Spend the request (issuer and id) and the sign-in's id, and log it, in one transaction.

        With *issued*, the service provider becomes one of that session. False, and nothing
        written, when the request or the sign-in was spent before, or the session ended.

        Durable when a sign-in's id is given, that is, after a factor; the hot path of a session
        that is there already is not.
        """
        claims: list[tuple[str, tuple[str, ...]]] = []
        if request is not None:
            claims.append((AUTHN_REQUEST, request))
        if sign_in is not None:
            claims.append((SIGN_IN, (sign_in,)))
        try:
            with self._database.write(durable=sign_in is not None) as connection:
                for kind, parts in claims:
                    _must_win(connection, kind, parts, request_expires_at)
                if issued is not None and not participants.add(connection, issued):
                    raise _SpentBefore
                sign_in_log.append(connection, log)
        except _SpentBefore:
            return False
        return True

    def record(self, *log: SignInRecord) -> None:
        """Log events that end nothing, in one transaction."""
        with self._database.write(durable=False) as connection:
            for record in log:
                sign_in_log.append(connection, record)

    def is_spent(self, issuer: str, request_id: str) -> bool:
        """Say whether a request was answered before."""
        with self._database.read() as connection:
            return once.is_used(connection, AUTHN_REQUEST, issuer, request_id)

    def _trust(
        self, connection: Connection, entity_id: str, stamp: str | None
    ) -> RelyingPartyTrust | None:
        if stamp is None:
            self._trusts.pop(entity_id, None)
            return None
        cached = self._trusts.get(entity_id)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        trust, current = read_trust(connection, entity_id)
        if trust is not None and current is not None:
            self._trusts[entity_id] = (current, trust)
        return trust

    def _rules_of(self, connection: Connection, stamp: str | None) -> AccessRules:
        """Return the rules for all; their stamp is None as long as none was ever set."""
        cached = self._rules
        if cached is None or cached[0] != stamp:
            # What is read may be newer than its stamp; then the next look reads it once more.
            cached = self._rules = (stamp, read_rules(connection))
        return cached[1]


def _by_other_name(connection: Connection, identifier: str) -> RelyingPartyTrust | None:
    """Return the trust that goes by *identifier* beside its entity id."""
    owner = trust_identifiers.owner_of(connection, identifier)
    return None if owner is None else read_trust(connection, owner)[0]


class _SpentBefore(Exception):
    """Undoes the transaction."""


def _must_win(
    connection: Connection, kind: str, parts: tuple[str, ...], expires_at: datetime
) -> None:
    if not once.claim_parts(connection, kind, parts, expires_at):
        raise _SpentBefore
