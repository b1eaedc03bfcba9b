"""What the page of one user can change: each form is one use case, and says what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin.form_lines import lines_of
from idp.management import nt_hashes, protection, user_changes, users

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services

SHOWN = (
    "givenName", "sn", "title", "department", "employeeID", "telephoneNumber",
)  # fmt: skip
"""The attributes that have a field for every user."""
PREFIX = "a-"
"""Before the name of an attribute, in the name of its field."""

VERBS = {
    # form value      verb of the audit log
    "unlock":         "user.unlock",
    "block":          "user.block",
    "unblock":        "user.unblock",
    "dismiss":        "user.dismiss_risk",
    "nt_hash_on":     "user.nt_hash_want",
    "nt_hash_off":    "user.nt_hash_drop",
    "disable":        "user.disable",
    "enable":         "user.enable",
    "sign_out":       "user.sign_out",
    "remove_method":  "user.method_remove",
    "remove_methods": "user.method_remove",
    "attributes":     "user.set",
    "groups":         "user.set",
    "rename":         "user.rename",
    "remove":         "user.remove",
    "pass":           "user.pass",
    "password":       "user.passwd",
    "compromised":    "user.reset",
}  # fmt: skip
"""The changes; the page shows what is wrong with one where its form is."""

_TEXTS = {
    # form value      flash message
    "unlock":         sentence("The limits on passwords, codes and requests are gone."),
    "block":          sentence("The user is blocked for 90 days."),
    "unblock":        sentence("The user is no longer blocked."),
    "dismiss":        sentence("The risk is dismissed."),
    "nt_hash_on":     sentence("The NT hash is kept from the next right password on."),
    "nt_hash_off":    sentence("The NT hash is deleted."),
    "disable":        sentence("The user cannot sign in any more."),
    "enable":         sentence("The user can sign in again."),
    "sign_out":       sentence("All sessions have ended; applications keep their own."),
    "remove_method":  sentence("The method is removed."),
    "remove_methods": sentence("All methods and activation codes are removed."),
}  # fmt: skip


SWITCHES: Mapping[str, Callable[[Services, str], object]] = {
    # form value      use case
    "unlock":         users.unlock,
    "block":          protection.block,
    "unblock":        protection.unblock,
    "dismiss":        protection.dismiss_risk,
    "nt_hash_on":     nt_hashes.want_nt_hash,
    "nt_hash_off":    nt_hashes.drop_nt_hash,
    "disable":        user_changes.disable_user,
    "enable":         user_changes.enable_user,
    "sign_out":       user_changes.sign_out_user,
    "remove_methods": users.remove_all_methods,
}  # fmt: skip
"""The changes that need no more than the user."""


class NoSuchAction(TallystickError):
    """Raised for a change that the page does not offer."""

    code = "bad_body"

    def __init__(
        self,
        problem: str = sentence("There is no such change"),
        remedy: str = sentence("Load the page again"),
    ) -> None:
        super().__init__(problem, remedy)


@dataclass(frozen=True, slots=True)
class Done:
    """What the next page says of a change, and the user's name then: None if the user is gone."""

    text: str
    name: str | None


def make_change(services: Services, action: str, user: User, form: Mapping[str, str]) -> Done:
    """Do what a form asks for. Raises ``TallystickError`` with what is wrong."""
    upn = user.upn
    match action:
        case "attributes":
            user_changes.change_user(services, upn, changed_attributes(user, form))
            return Done(sentence("The attributes are saved."), upn)
        case "groups":
            user_changes.set_groups(services, upn, lines_of(form.get("groups", "")))
            return Done(sentence("The groups are saved."), upn)
        case "rename":
            new = user_changes.rename_user(services, upn, form.get("new_name", "")).upn
            return Done(
                sentence(
                    "{name} is {new_name} now. All sessions have ended.", name=upn, new_name=new
                ),
                new,
            )
        case "remove":
            return _remove(services, upn, form.get("confirm", ""))
        case "pass":
            issued = protection.issue_pass(services, upn, once="once" in form)
            text = sentence(
                "The access pass is {text}. It is shown only now.", text=issued.issued.text
            )
            return Done(text, upn)
        case "password" | "compromised":
            return _set_password(services, upn, form, compromised=action == "compromised")
        case "remove_method":
            users.remove_method(services, upn, form.get("id", ""))
        case _ if action in SWITCHES:
            switch(services, action, upn)
        case _:
            raise NoSuchAction
    return Done(_TEXTS[action], upn)


def changed_attributes(user: User, form: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the attributes whose field has other values than the user, and a new one."""
    before = {"displayName": (user.display_name,), "mail": (user.email,), **user.attributes}
    given = {
        field.removeprefix(PREFIX): tuple(lines_of(text))
        for field, text in form.items()
        if field.startswith(PREFIX)
    }
    changed = {
        name: values
        for name, values in given.items()
        if values != tuple(filter(None, before.get(name, ())))
    }
    new_name, new_value = form.get("new_attribute", "").strip(), form.get("new_value", "")
    if new_name or new_value.strip():
        changed[new_name] = tuple(lines_of(new_value))
    return changed


def switch(services: Services, action: str, name: str) -> None:
    """Make a change of :data:`SWITCHES`."""
    SWITCHES[action](services, name)


def _remove(services: Services, upn: str, confirmation: str) -> Done:
    """Remove a user whose name was typed once more."""
    if confirmation.strip().lower() != upn:
        raise NoSuchAction(
            sentence("{text} is not the name of this user", text=repr(confirmation[:80])),
            sentence("Type {name}, and repeat", name=upn),
        )
    user_changes.remove_user(services, upn)
    return Done(sentence("{name} is removed, with all data.", name=upn), None)


def _set_password(
    services: Services, upn: str, form: Mapping[str, str], *, compromised: bool
) -> Done:
    password, must_change = form.get("password", ""), "must_change" in form
    if not compromised:
        user_changes.set_password(services, upn, password, must_change=must_change)
        return Done(sentence("The password is set, and all sessions have ended."), upn)
    users.reset_compromised(services, upn, password, must_change=must_change)
    text = sentence("The account is taken back: sessions have ended, and all methods are removed.")
    return Done(text, upn)
