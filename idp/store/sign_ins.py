"""The hot path: one statement reads what a step of a sign-in needs, one transaction ends it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, exists, func, literal, select

from idp.audit.record import SignInRecord
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.farm import Node
from idp.federation.prepared_trust import PreparedTrust
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.session.participants import Issued
from idp.session.sign_in_store import SECOND_FACTOR, StoredFacts, UsedUp
from idp.store import participants, sign_in_log, trust_identifiers
from idp.store import used_once as once
from idp.store.access_control import read_rules
from idp.store.engine import Database
from idp.store.lockout import LOCKOUT_COLUMNS, account_state
from idp.store.mfa import policies_row
from idp.store.participants import SESSION_ENDED
from idp.store.policies import STAMP
from idp.store.prepared import Prepared
from idp.store.schema import (
    account_activity,
    nodes,
    password_limits,
    policies,
    session_participants,
    trusts,
    used_once,
    users,
)
from idp.store.trusts import read_trust
from idp.store.user_rows import BY_UPN, USER_COLUMNS, user_from_row

AUTHN_REQUEST = "authn-request"

_ONE = select(literal(1).label("one")).subquery()
_NODE_COLUMNS = tuple(field.name for field in fields(Node))
_NAMED = select(nodes.c.serial).where(nodes.c.name == bindparam("node")).scalar_subquery()
_FIRST = select(func.min(nodes.c.serial)).scalar_subquery()
_IS_ANSWERING = nodes.c.serial == func.coalesce(_NAMED, _FIRST)
_COLUMNS = (*(nodes.c[name] for name in _NODE_COLUMNS), *LOCKOUT_COLUMNS, *USER_COLUMNS)
_FACTS = Prepared(
    select(
        select(trusts.c.stamp)
        .where(trusts.c.entity_id == bindparam("entity_id"))
        .scalar_subquery(),
        select(policies.c.value).where(policies.c.name == STAMP).scalar_subquery(),
        policies_row.TEXT,
        select(used_once.c.kind)
        .where(used_once.c.kind == SESSION_ENDED, used_once.c.key == bindparam("session_key"))
        .scalar_subquery(),
        select(session_participants.c.session)
        .where(
            session_participants.c.user == bindparam("upn"),
            session_participants.c.session == bindparam("session"),
        )
        .limit(1)
        .scalar_subquery(),
        *_COLUMNS,
    ).select_from(
        _ONE.outerjoin(users, users.c.upn == bindparam("upn"))
        .outerjoin(password_limits, password_limits.c.name == users.c.upn)
        .outerjoin(account_activity, account_activity.c.name == users.c.upn)
        .outerjoin(nodes, _IS_ANSWERING)
    ),
    returns=(Text(), Text(), Text(), Text(), Text(), *(column.type for column in _COLUMNS)),
)
# Where the columns of each of them end in a row; those of the user follow.
_OF_SESSION = 5
_OF_NODE = _OF_SESSION + len(_NODE_COLUMNS)
_OF_ACCOUNT = _OF_NODE + len(LOCKOUT_COLUMNS)
_NOTHING = (None,) * (_OF_SESSION + len(_COLUMNS))
_USED_UP = Prepared(
    select(
        exists().where(used_once.c.kind == AUTHN_REQUEST, used_once.c.key == bindparam("request")),
        exists().where(used_once.c.kind == SECOND_FACTOR, used_once.c.key == bindparam("factor")),
    )
)


class SqlSignInStore:
    """The :class:`~idp.session.sign_in_store.SignInStore` of a database.

    Parsed trusts are cached by entity id and change stamp, and so are the rules for all trusts and
    what follows from both. The stamps are read each time, so that the next call sees what an
    administrator has changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trusts: dict[str, tuple[str, RelyingPartyTrust]] = {}
        self._rules: tuple[str | None, AccessRules] | None = None
        self._prepared: dict[str, PreparedTrust] = {}

    def facts(
        self, entity_id: str | None, user: str | None, session_id: str | None, node: str | None
    ) -> StoredFacts:
        """Return what a step of a sign-in needs to know, read at one moment.

        *entity_id* is any identifier of the trust, None for a sign-in without a trust. *user* is a
        UPN in canonical spelling, and the session is one of this user. *node* is the name of a
        node; if there is none of that name, the farm's first node is returned. Raises
        :class:`~idp.federation.relying_party.trust.UnreadableTrust`.
        """
        values = {
            "entity_id": entity_id,
            "upn": user,
            "node": node,
            "session": session_id,
            "session_key": None if session_id is None else participants.ended_key(session_id),
        }
        with self._database.read() as connection:
            read = _FACTS.first(connection, values) or _NOTHING
            stamp, rules_stamp, mfa_policies, ended, used = read[:_OF_SESSION]
            trust = None
            if entity_id is not None:
                trust = self._trust(connection, entity_id, stamp) or _find_by_identifier(
                    connection, entity_id
                )
            rules = self._current_rules(connection, rules_stamp)
        of_node, of_user = read[_OF_SESSION:_OF_NODE], read[_OF_ACCOUNT:]
        self._know(mfa_policies, user, of_user)
        return StoredFacts(
            prepared=None if trust is None else self._prepare(trust, rules),
            node=None if of_node[0] is None else Node(*of_node),
            user=None if of_user[0] is None else user_from_row(of_user),
            session_ended=ended is not None,
            session_has_tokens=used is not None,
            rules=rules,
            account=account_state(read[_OF_NODE:_OF_ACCOUNT]),
        )

    def _know(self, mfa_policies: str | None, user: str | None, of_user: tuple[Any, ...]) -> None:
        """Remember what the second factor asks for: it is not read again in this request."""
        policies_row.know(self._database, mfa_policies)
        if user is not None:
            rows = [] if of_user[0] is None else [of_user]
            self._database.know(BY_UPN, {"name": user}, rows)

    def finish(
        self,
        *,
        request: tuple[str, str] | None,
        request_expires_at: datetime,
        log: SignInRecord | None,
        issued: Issued | None = None,
        repeatable_until: datetime | None = None,
        durable: bool = False,
    ) -> bool:
        """Mark the request (issuer and id) as used, and write the log, if any.

        All of it in one transaction. *issued* is stored until the session's log-out. Returns False,
        and writes nothing, if the request was used before, or the session has ended. A request that
        was used in the same session counts as new until *repeatable_until*, if both calls have one.

        A sign-in with an existing session is not *durable*, which makes it faster.
        """
        try:
            with self._database.write(durable=durable) as connection:
                # All is written before an answer is looked at, so that it waits once for all.
                in_session = None
                if issued and log and repeatable_until:
                    in_session = Repeatable(issued.session, log.at, repeatable_until)
                used = request and Use(connection, request, request_expires_at, in_session)
                added = issued and participants.add(connection, issued)
                if log is not None:
                    sign_in_log.append(connection, log)
                if (used and not used.is_allowed()) or (added and not added.count()):
                    raise _UsedBefore
        except _UsedBefore:
            return False
        return True

    def record(self, *log: SignInRecord) -> None:
        """Write records to the sign-in log, in one transaction."""
        with self._database.write(durable=False) as connection:
            for record in log:
                sign_in_log.append(connection, record)

    def used_up(self, request: tuple[str, str] | None, factor_id: str | None) -> UsedUp:
        """Return which of these were used up before: a request, and a second factor by its id."""
        if request is None and factor_id is None:
            return UsedUp(request=False, second_factor=False)
        values = {
            "request": request and once.digest_key(*request),
            "factor": factor_id and once.digest_key(factor_id),
        }
        with self._database.read() as connection:
            return UsedUp(*_USED_UP.one(connection, values))

    def _trust(
        self, connection: Connection, entity_id: str, stamp: str | None
    ) -> RelyingPartyTrust | None:
        if stamp is None:
            self._trusts.pop(entity_id, None)
            self._prepared.pop(entity_id, None)
            return None
        cached = self._trusts.get(entity_id)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        trust, current = read_trust(connection, entity_id)
        if trust is not None and current is not None:
            self._trusts[entity_id] = (current, trust)
        return trust

    def _prepare(self, trust: RelyingPartyTrust, rules: AccessRules) -> PreparedTrust:
        """Return what was prepared of these two, or prepare it."""
        made = self._prepared.get(trust.entity_id)
        if made is None or not made.is_of(trust, rules):
            made = self._prepared[trust.entity_id] = PreparedTrust(trust, rules)
        return made

    def _current_rules(self, connection: Connection, stamp: str | None) -> AccessRules:
        """Return the rules for all trusts; their stamp is None until something was set."""
        cached = self._rules
        if cached is None or cached[0] != stamp:
            # The rules may be newer than the stamp; then the next call reads them again.
            cached = self._rules = (stamp, read_rules(connection))
        return cached[1]


def _find_by_identifier(connection: Connection, identifier: str) -> RelyingPartyTrust | None:
    """Return the trust that has *identifier* as a further entity id."""
    owner = trust_identifiers.find_owner(connection, identifier)
    return None if owner is None else read_trust(connection, owner)[0]


class _UsedBefore(Exception):
    """Rolls the transaction back."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """An answer to ``session``, by its root, ``at`` a time, that may be repeated ``until`` then."""

    session: str
    at: datetime
    until: datetime

    def hold(self) -> once.Hold:
        """Return what lets the session use the request again."""
        return once.Hold(once.digest_key(self.session), self.until)


class Use:
    """The use of a request, stored in a transaction that must not commit if it is not allowed."""

    def __init__(
        self,
        connection: Connection,
        request: tuple[str, str],
        expires_at: datetime,
        repeatable: Repeatable | None,
    ) -> None:
        self._connection = connection
        self._request = request
        self._repeatable = repeatable
        hold = None if repeatable is None else repeatable.hold()
        self._claimed = once.ask_claim(connection, AUTHN_REQUEST, request, expires_at, hold)

    def is_allowed(self) -> bool:
        """Say whether it is the first one, or the second one in the same session, not long ago."""
        return self._claimed.count() == 1 or self._is_second()

    def _is_second(self) -> bool:
        repeatable = self._repeatable
        if repeatable is None:
            return False
        first = once.find_hold(self._connection, AUTHN_REQUEST, self._request)
        if first is None or first.holder != repeatable.hold().holder:
            return False  # it was answered in another session
        # The second condition is for a clock that was set back meanwhile.
        return repeatable.at < first.until <= repeatable.until
