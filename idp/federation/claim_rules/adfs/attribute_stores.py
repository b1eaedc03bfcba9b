"""The attribute stores that rules query: "Active Directory", and those that AD FS brings along.

``_OpaqueIdStore`` makes opaque ids. ``_PasswordExpiryStore`` gives nothing here, since passwords do
not expire: its claims are read as attributes that the directory does not have, so that an
import of such a rule gives a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from adapter.contract import PRIMARY_SID, UPN, WINDOWS_ACCOUNT_NAME
from idp.federation.claim_rules import directory_store
from idp.federation.claim_rules.adfs.cursor import Cursor
from idp.federation.claim_rules.adfs.lexer import Token, UnreadableRule
from idp.federation.claim_rules.errors import TooMuchWork
from idp.federation.claim_rules.model import (
    ISSUER,
    TYPE,
    VALUE,
    Action,
    Condition,
    Each,
    Issue,
    Query,
    Ref,
    Replace,
    Text,
    equal,
    make_query,
    make_selector,
)
from idp.federation.claim_rules.patterns import compile_pattern
from idp.federation.claims import AD_AUTHORITY, AUTHENTICATION_INSTANT, FORMAT
from idp.saml.values import PERSISTENT, TRANSIENT

OPAQUE = "_OpaqueIdStore"
OPAQUE_FORMATS = {
    # first param  format of the NameID that it is for
    "ppid":        PERSISTENT,
    "useEntropy":  TRANSIENT,
}  # fmt: skip

PASSWORD_EXPIRY = "_PasswordExpiryStore"  # noqa: S105 - the name of a store
PASSWORD_EXPIRATION_TIME = "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime"  # noqa: S105
PASSWORD_EXPIRY_ATTRIBUTES = (
    "passwordexpirationtime",
    "passwordexpirationdays",
    "passwordchangeurl",
)
"""The ends of its claim types, which stand for the attributes that it has."""

USER_CONDITION = Each(
    make_selector([equal(TYPE, WINDOWS_ACCOUNT_NAME), equal(ISSUER, AD_AUTHORITY)])
)
"""The condition that selects the user whom a store is queried for."""
TIME_CONDITION = Each(make_selector([equal(TYPE, AUTHENTICATION_INSTANT)]))

_USER_TYPES = (WINDOWS_ACCOUNT_NAME, UPN, PRIMARY_SID, AUTHENTICATION_INSTANT)

_SEARCH = re.compile(r"\(?samaccountname=\{([0-2])\}\)?", re.IGNORECASE)

Conditions = tuple[Condition, ...]
Params = tuple[tuple[Token, Text], ...]


@dataclass(frozen=True, slots=True)
class StoreQuery:
    """A query to a store; ``params`` are texts, each with its first token."""

    store: Token
    types: list[str]
    query: Token
    params: Params

    def is_of(self, store: str) -> bool:
        """Say whether the query is for this store; names are not case-sensitive."""
        return self.store.text.lower() == store.lower()


def read_query(
    cursor: Cursor, asked: StoreQuery, conditions: Conditions
) -> tuple[Query, Conditions]:
    """Return the directory query, and the conditions without the one that selects the user."""
    if not asked.is_of(directory_store.NAME):
        raise cursor.fault(
            asked.store,
            f"There is no store {asked.store.shown}",
            f'Use "{directory_store.NAME}"',
        )
    attributes, user = _attributes(cursor, asked)
    if len(attributes) != len(asked.types):
        raise cursor.fault(
            asked.query,
            f"The query has {len(attributes)} attributes, but types has {len(asked.types)}",
            "Give one type for each attribute",
        )
    if user >= len(asked.params):
        raise cursor.fault(asked.query, f"There is no param for {{{user}}}")
    query = make_query(zip(asked.types, attributes, strict=True))
    return query, _without_user(cursor, conditions, *asked.params[user])


def read_opaque_format(cursor: Cursor, asked: StoreQuery) -> str:
    """Return the format of the NameID for which an opaque id is made."""
    kind = asked.params[0][1] if asked.params else ()
    for name, format_ in OPAQUE_FORMATS.items():
        if kind == (name,):
            return format_
    raise cursor.fault(
        asked.query,
        "There is no such kind of opaque id",
        f"Give one of {', '.join(OPAQUE_FORMATS)} as the first param",
    )


def read_password_expiry(cursor: Cursor, asked: StoreQuery) -> Query:
    """Return a query for attributes that the directory does not have."""
    attributes = [type_.rpartition("/")[2].lower() for type_ in asked.types]
    for type_, attribute in zip(asked.types, attributes, strict=True):
        if attribute not in PASSWORD_EXPIRY_ATTRIBUTES:
            raise cursor.fault(
                asked.store,
                f"{asked.store.text} has no {type_[:100]!r}",
                f"Give claim types that end in {', '.join(PASSWORD_EXPIRY_ATTRIBUTES)}",
            )
    return make_query(zip(asked.types, attributes, strict=True))


def issue_at_once(
    cursor: Cursor, asked: StoreQuery, format_: str, conditions: Conditions
) -> tuple[Issue, Conditions]:
    """Return the action of a rule that issues an opaque id itself, and its other conditions."""
    if len(asked.types) != 1:
        raise cursor.fault(asked.store, "An opaque id is issued as one claim", "Give one type")
    issue = Issue((asked.types[0],), (), ((FORMAT, (format_,)),))
    return issue, tuple(each for each in conditions if not _only_finds_the_user(each))


def _only_finds_the_user(condition: Condition) -> bool:
    return (
        isinstance(condition, Each)
        and set(condition.selector.types or ("",)) <= {*_USER_TYPES}
        and all(test.part in (TYPE, ISSUER) for test in condition.selector.tests)
    )


def check_only_finds_the_user(cursor: Cursor, start: Token, conditions: Conditions) -> None:
    """Raise an error if a rule that makes an opaque id does more than select its user."""
    if not all(map(_only_finds_the_user, conditions)):
        raise cursor.fault(
            start,
            "A rule that makes an opaque id does something else as well",
            "Make it with conditions on account and time only, and issue it in another rule",
        )


def issue_opaque_id(
    cursor: Cursor, start: Token, action: Action, conditions: Conditions, opaque: dict[str, str]
) -> tuple[Action, Conditions]:
    """Return a rule's action and conditions, changed if the rule issues an opaque id.

    ``opaque`` has the format of each claim type for which an earlier rule made opaque ids. The id
    is made when it is issued, so a rule cannot use it in any other way.
    """
    using = [at for at, each in enumerate(conditions) if set(each.selector.types or ()) & {*opaque}]
    if not using:
        return action, conditions
    first, tests = using[0], conditions[using[0]].selector.tests
    if isinstance(action, Issue) and len(using) == len(tests) == 1:
        made = replace(action, values=(), issuer=())
        is_plain = all(isinstance(piece, str) for _, text in made.properties for piece in text)
        is_named = made.opaque_format == opaque.get(tests[0].texts[0])
        if action.values == ((Ref(first),),) and is_plain and is_named:
            return made, conditions[:first] + conditions[first + 1 :]
    raise cursor.fault(
        start,
        "An opaque id can only be issued as a claim of its format",
        "Issue it in a rule of its own, with the property format",
    )


def _attributes(cursor: Cursor, asked: StoreQuery) -> tuple[list[str], int]:
    """Return the attributes of ``;mail,userPrincipalName;{0}`` and the number of the user's param.

    A search for the user's own account, ``samAccountName={0};mail;{1}``, has the same meaning.
    """
    parts = [part.strip() for part in asked.query.text.split(";")]
    user = parts[-1]
    if len(parts) != 3 or user not in ("{0}", "{1}", "{2}"):
        raise _not_understood(cursor, asked.query)
    if parts[0] and not _finds_the_user(parts[0], int(user[1]), asked.params):
        raise _not_understood(cursor, asked.query)
    return [name.strip() for name in parts[1].split(",")], int(user[1])


def _finds_the_user(search: str, user: int, params: Params) -> bool:
    """Say whether a search is for the account of the user's own ``DOMAIN\\user``."""
    match_ = _SEARCH.fullmatch(search)
    if match_ is None or max(int(match_[1]), user) >= len(params):
        return False
    match params[int(match_[1])][1]:
        case (Replace(source, pattern, replacement),):
            return source == params[user][1] and _is_account(pattern, replacement)
    return False


def _is_account(pattern: str, replacement: str) -> bool:
    try:
        return compile_pattern(pattern).replace("DOMAIN\\user", replacement) == "user"
    except TooMuchWork:
        return False


def _not_understood(cursor: Cursor, query: Token) -> UnreadableRule:
    return cursor.fault(
        query,
        f"The query {query.shown} is not understood",
        "Query the user who signs in: ;mail,displayName;{0}",
    )


def _without_user(cursor: Cursor, conditions: Conditions, token: Token, text: Text) -> Conditions:
    """Return the conditions without the one that only selects the user."""
    match text:
        case (Ref(number, part),) if part == VALUE:
            selector = conditions[number].selector
            if selector.types in ((WINDOWS_ACCOUNT_NAME,), (UPN,)):
                plain = {equal(TYPE, *selector.types), equal(ISSUER, AD_AUTHORITY)}
                rest = conditions[:number] + conditions[number + 1 :]
                return rest if plain.issuperset(selector.tests) else conditions
    raise cursor.fault(
        token,
        "The directory can only be queried for the user who signs in",
        "Use the Value of a condition on windowsaccountname or upn as param",
    )
