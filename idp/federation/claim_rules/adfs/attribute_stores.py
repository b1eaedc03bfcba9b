"""The attribute stores that AD FS's rules ask: Active Directory, and the one for opaque ids."""

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
    query_of,
    selector_of,
)
from idp.federation.claim_rules.patterns import compiled
from idp.federation.claims import AD_AUTHORITY, AUTHENTICATION_INSTANT
from idp.saml.values import PERSISTENT, TRANSIENT

OPAQUE = "_OpaqueIdStore"
OPAQUE_FORMATS = {
    # first param  format of the NameID that it is for
    "ppid":        PERSISTENT,
    "useEntropy":  TRANSIENT,
}  # fmt: skip

THE_USER = Each(selector_of([equal(TYPE, WINDOWS_ACCOUNT_NAME), equal(ISSUER, AD_AUTHORITY)]))
"""The condition that finds the user whom a store is asked for."""
THE_TIME = Each(selector_of([equal(TYPE, AUTHENTICATION_INSTANT)]))

_FIND_THE_USER = (WINDOWS_ACCOUNT_NAME, UPN, PRIMARY_SID, AUTHENTICATION_INSTANT)

_SEARCH = re.compile(r"\(?samaccountname=\{([0-2])\}\)?", re.IGNORECASE)

Conditions = tuple[Condition, ...]
Params = tuple[tuple[Token, Text], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule asks of a store; ``params`` are texts, each with the place it begins at."""

    store: Token
    types: list[str]
    query: Token
    params: Params

    def is_of(self, store: str) -> bool:
        """Say whether it is asked of *store*, whose name is read in any case."""
        return self.store.text.lower() == store.lower()


def query(cursor: Cursor, asked: Asked, conditions: Conditions) -> tuple[Query, Conditions]:
    """Return what is asked of the directory, and the conditions but the one that finds the user."""
    if not asked.is_of(directory_store.NAME):
        raise cursor.fault(
            asked.store,
            f"There is no store {asked.store.shown}",
            f'There is "{directory_store.NAME}"',
        )
    attributes, user = _attributes(cursor, asked)
    if len(attributes) != len(asked.types):
        counts = f"{len(asked.types)} types are given {len(attributes)} attributes"
        raise cursor.fault(asked.query, counts)
    if user >= len(asked.params):
        raise cursor.fault(asked.query, f"There is no param for {{{user}}}")
    found = query_of(zip(asked.types, attributes, strict=True))
    return found, _without(cursor, conditions, *asked.params[user])


def opaque_format(cursor: Cursor, asked: Asked) -> str:
    """Return the format of the NameID that an opaque id is for."""
    kind = asked.params[0][1] if asked.params else ()
    for name, format_ in OPAQUE_FORMATS.items():
        if kind == (name,):
            return format_
    raise cursor.fault(
        asked.query,
        "The opaque id is of no kind that there is",
        f"Give one of {', '.join(OPAQUE_FORMATS)} as the first param",
    )


def must_only_find_the_user(
    cursor: Cursor, start: Token, conditions: Conditions, *, output: bool
) -> None:
    """Refuse a rule for an opaque id that does more than to find whose it is."""
    plain = all(
        isinstance(each, Each)
        and set(each.selector.types or ("",)) <= {*_FIND_THE_USER}
        and all(test.part in (TYPE, ISSUER) for test in each.selector.tests)
        for each in conditions
    )
    if output or not plain:
        raise cursor.fault(
            start,
            "An opaque id is made in a rule that does more",
            "Add it under conditions on the account and the time alone, then issue it in another",
        )


def named(
    cursor: Cursor, start: Token, action: Action, conditions: Conditions, opaque: dict[str, str]
) -> tuple[Action, Conditions]:
    """Return a rule's action and conditions where it issues an opaque id; else as they are.

    ``opaque`` holds the formats by the claim types that earlier rules gave such ids. An id is
    made when it is issued, so nothing else can be done with it.
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
        "An opaque id can be issued as the NameID of its format only",
        "Issue it in a rule of its own, with the property format",
    )


def _attributes(cursor: Cursor, asked: Asked) -> tuple[list[str], int]:
    """Return what ``;mail,userPrincipalName;{0}`` asks for, and the number of the user's param.

    A search for that user's account, ``samAccountName={0};mail;{1}``, asks for the same.
    """
    parts = [part.strip() for part in asked.query.text.split(";")]
    user = parts[-1]
    if len(parts) != 3 or user not in ("{0}", "{1}", "{2}"):
        raise _not_understood(cursor, asked.query)
    if parts[0] and not _finds_the_user(parts[0], int(user[1]), asked.params):
        raise _not_understood(cursor, asked.query)
    return [name.strip() for name in parts[1].split(",")], int(user[1])


def _finds_the_user(search: str, user: int, params: Params) -> bool:
    """Say whether a search is for the account in the user's own ``DOMAIN\\user``."""
    found = _SEARCH.fullmatch(search)
    if found is None or max(int(found[1]), user) >= len(params):
        return False
    match params[int(found[1])][1]:
        case (Replace(source, pattern, replacement),):
            return source == params[user][1] and _is_account(pattern, replacement)
    return False


def _is_account(pattern: str, replacement: str) -> bool:
    try:
        return compiled(pattern).replace("DOMAIN\\user", replacement) == "user"
    except TooMuchWork:
        return False


def _not_understood(cursor: Cursor, query: Token) -> UnreadableRule:
    return cursor.fault(
        query,
        f"The query {query.shown} is not understood",
        "The directory is asked for the user who signs in: ;mail,displayName;{0}",
    )


def _without(cursor: Cursor, conditions: Conditions, token: Token, text: Text) -> Conditions:
    """Return the conditions without the one that only finds the user."""
    match text:
        case (Ref(number, part),) if part == VALUE:
            found = conditions[number].selector
            if found.types in ((WINDOWS_ACCOUNT_NAME,), (UPN,)):
                plain = {equal(TYPE, *found.types), equal(ISSUER, AD_AUTHORITY)}
                rest = conditions[:number] + conditions[number + 1 :]
                return rest if plain.issuperset(found.tests) else conditions
    raise cursor.fault(
        token,
        "The directory is asked for somebody else than the user who signs in",
        "Give the Value of a condition on windowsaccountname or upn as param",
    )
