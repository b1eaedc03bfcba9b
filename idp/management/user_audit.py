"""Records the changes of a user: what is known of the account before and after."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from idp.audit.roles import HELP_DESK, RoleGroups, RoleRefused
from idp.instants import json_instant
from idp.management.standing import standing_as_json

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services

P = ParamSpec("P")
R = TypeVar("R")
UseCase = Callable[Concatenate["Services", str, P], R]


def changes_user(verb: str, *, together: bool = True) -> Callable[[UseCase[P, R]], UseCase[P, R]]:
    """Decorate a use case that changes the user it is given by name: it is recorded as *verb*.

    With *together* the change and its entry are one transaction. A use case that has to keep
    something when it fails, such as the debit for a wrong code, is recorded after it.
    """

    def decorate(use_case: UseCase[P, R]) -> UseCase[P, R]:
        @functools.wraps(use_case)
        def recorded(services: Services, name: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
            found = services.directory.find(name)
            if found is None:
                return use_case(services, name, *args, **kwargs)  # it says what is wrong
            _must_not_be_above(services, found)
            upn, before = found.upn, state_of(services, found.upn)
            if not together:
                result = use_case(services, name, *args, **kwargs)
                services.changes.record(verb, upn, before=before, after=state_of(services, upn))
                return result
            with services.changes.recording() as made:
                result = use_case(services, name, *args, **kwargs)
                made.add(verb, upn, before=before, after=state_of(services, upn))
            return result

        return recorded

    return decorate


def role_groups(services: Services) -> RoleGroups:
    """Return the groups whose members administer the server."""
    settings = services.config.admin
    return RoleGroups(settings.administrators, settings.help_desk, settings.auditors)


def _must_not_be_above(services: Services, user: User) -> None:
    """Refuse the help desk to take factors of those who administer the server, or to give some."""
    if services.changes.actor.role != HELP_DESK:
        return
    if role_groups(services).role_of(user.groups) is not None:
        raise RoleRefused(
            "The help desk may not change users who administer the server",
            "Ask an administrator",
        )


def state_of(services: Services, upn: str) -> dict[str, Any] | None:
    """Return what administrators can change about a user, None if there is no such user."""
    user = services.directory.find(upn)
    if user is None:
        return None
    mfa, kept = services.mfa, services.nt_hashes.kept(upn).get(upn)
    methods, tokens = mfa.methods_of(upn), mfa.codes.tokens(upn)
    reported = mfa.push.reported_at(upn)
    lockout = services.directory.lockouts(upn).get(upn)
    return {
        "name": user.upn,
        "display_name": user.display_name,
        "email": user.email,
        "groups": list(user.groups),
        "attributes": dict(user.attributes),
        "disabled": user.disabled,
        "must_change": user.must_change,
        "sessions_valid_from": json_instant(user.valid_from),
        "methods": {each.id: f"{each.kind} {each.name}" for each in methods.registered},
        "default_method": methods.default.id if methods.default else None,
        "activations": [each.id for each in mfa.activations.of_user(upn)],
        "waiting_tokens": [each.serial_number for each in tokens if each.activated is None],
        "pushes_paused_since": json_instant(reported) if reported else None,
        "password_locked": list(lockout.locked) if lockout else [],
        "nt_hash_wanted_by": kept.wanted_by if kept else None,
        **standing_as_json(services.protection.standing_of(upn)),
    }
