"""The section ``users``: the local directory without passwords and methods."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.directory.attributes import as_values, change_attributes
from idp.directory.errors import DirectoryError
from idp.directory.groups import change_groups
from idp.directory.new_users import NewUser
from idp.directory.users import User, canonical_upn, windows_account_name
from idp.management import user_changes
from idp.management.configuration.section import Given, Section, Table, changed_keys
from idp.management.configuration.tables import UserTable

if TYPE_CHECKING:
    from idp.directory.user_store import Credentials
    from idp.services import Services


class Users(Section):
    """The users of the local directory.

    A new user without a password in the document gets one that nobody knows.
    """

    key, kind, model = "users", sentence("user"), UserTable

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the users by name."""
        return {user.upn: _table(user) for user in services.directory.list() if not user.unreadable}

    def warnings(self, services: Services) -> Iterator[str]:
        """Yield the users who cannot be read."""
        for user in services.directory.list():
            if user.unreadable:
                yield f"The user {user.upn!r} cannot be read and is left out"

    def name_of(self, table: Table) -> str:
        """Return the UPN in its canonical spelling, or what cannot be one."""
        return canonical_upn(table["name"]) or str(table["name"])

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the user; raises :class:`DirectoryError` with every fault."""
        upn = self.name_of(given.table)
        if canonical_upn(upn) is None:
            raise DirectoryError(
                f"{upn[:80]!r} is no user name", "Give one like alice@example.test", code="bad_user"
            )
        before = given.stored or {
            "name": upn, "display_name": "", "email": upn, "groups": [], "attributes": {},
            "disabled": False,
        }  # fmt: skip
        merged = Given(given.table, before).merged
        user = User(
            upn, "", "", windows_account_name(upn), (), merged["disabled"], services.clock.now()
        )
        fields = {"displayName": merged["display_name"], "mail": merged["email"]}
        user = change_attributes(user, {**as_values(merged["attributes"]), **as_values(fields)})
        return _table(change_groups(user, merged["groups"]))

    def prepare(self, services: Services, given: Given, wanted: Table) -> Credentials | None:
        """Hash the password of a new user, which takes long."""
        return None if given.stored else self._credentials(services, given, wanted)

    def _credentials(self, services: Services, given: Given, wanted: Table) -> Credentials:
        entry = NewUser(
            wanted["name"],
            given.table.get("password") or secrets.token_urlsafe(32),
            wanted["display_name"],
            wanted["email"],
            tuple(wanted["groups"]),
            as_values(wanted["attributes"]),
        )
        return services.directory.prepare(entry)

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Add or change the user."""
        name = wanted["name"]
        if given.stored is None:
            credentials = prepared or self._credentials(services, given, wanted)
            _change(services, _table(user_changes.add_prepared_user(services, credentials)), wanted)
        else:
            _change(services, given.stored, wanted)
        if wanted["disabled"] != (given.stored or {}).get("disabled", False):
            switch = user_changes.disable_user if wanted["disabled"] else user_changes.enable_user
            switch(services, name)

    def notes(self, given: Given) -> Iterator[str]:
        """Say what becomes of the password."""
        name, has_password = self.name_of(given.table), bool(given.table.get("password"))
        if given.stored is not None and has_password:
            yield sentence("{name}: the password is not changed, since the user exists", name=name)
        elif given.stored is None and not has_password:
            yield sentence(
                "{name}: nobody knows the password yet; set one: tallystick user passwd {name}",
                name=name,
            )

    def remove(self, services: Services, name: str) -> None:
        """Remove the user with everything that is stored for the user."""
        user_changes.remove_user(services, name)


def _change(services: Services, stored: Table, wanted: Table) -> None:
    changed, name = changed_keys(wanted, stored), wanted["name"]
    gone: Table = {key: [] for key in stored["attributes"] if key not in wanted["attributes"]}
    given: Table = {**gone, **wanted["attributes"]} if "attributes" in changed else {}
    if "display_name" in changed:
        given["displayName"] = wanted["display_name"]
    if "email" in changed:
        given["mail"] = wanted["email"]
    if given:
        user_changes.change_user(services, name, given)
    if "groups" in changed:
        user_changes.set_groups(services, name, wanted["groups"])


def _table(user: User) -> Table:
    """Return a user; groups are sorted, since their order means nothing."""
    return {
        "name": user.upn,
        "display_name": user.display_name,
        "email": user.email,
        "disabled": user.disabled,
        "groups": sorted(user.groups, key=str.casefold),
        "attributes": {key: list(values) for key, values in sorted(user.attributes.items())},
    }
