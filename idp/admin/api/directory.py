"""``/admin/api/users`` and ``/users/NAME``: the local directory, as ``tallystick user`` has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of, texts_of
from idp.audit.roles import READ_USERS
from idp.management import user_changes
from idp.management.user_sessions import applications_of
from idp.management.user_views import MAX_PAGE_SIZE, all_users, page_of_users, view_user

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services

USERS = "/admin/api/users"
FIELDS = {"display_name": "displayName", "email": "mail"}
"""Members of a body that are attributes, too."""


class DirectoryApi:
    """The views of users, without what they have for the second factor."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """List the users by name; ``limit``, ``after`` and ``search`` return a part of the list.

        A further part is at the address in the header ``Link``.
        """
        search, after, limit = (request.args.get(name) for name in ("search", "after", "limit"))
        if search is None and after is None and limit is None:
            return jsonify([view.as_json() for view in all_users(self._services)])
        size = _limit_of(limit)
        page = page_of_users(self._services, search=search or "", after=after or "", limit=size)
        response = jsonify([view.as_json() for view in page.views])
        if page.next is not None:
            query = urlencode({"limit": size, "after": page.next, "search": search or ""})
            response.headers["Link"] = f'<{USERS}?{query}>; rel="next"'
        return response

    def add(self) -> Response:
        """Add a user; the body holds ``name`` and ``password``, and may hold the other facts."""
        body = json_object(("name", "password", "groups", "attributes", *FIELDS))
        name, password = text_of(body, "name"), text_of(body, "password")
        if name is None or password is None:
            raise BadBody(
                "The body does not hold name and password",
                'Send {"name": "alice@example.test", "password": "…"}',
            )
        added = user_changes.add_user(
            self._services,
            name,
            password,
            display_name=text_of(body, "display_name") or "",
            email=text_of(body, "email") or "",
            groups=texts_of(body, "groups") or (),
            attributes=_attributes_of(body),
        )
        response = self._shown(added)
        response.status_code = 201
        response.headers["Location"] = address_of(added)
        return response

    def show(self, name: str) -> Response:
        """Return one user."""
        return jsonify(view_user(self._services, name).as_json())

    def change(self, name: str) -> Response:
        """Change attributes and groups, all or none; an attribute that is null is removed."""
        body = json_object(("attributes", "add_groups", "remove_groups", *FIELDS))
        given = _attributes_of(body)
        for member, attribute in FIELDS.items():
            if (value := text_of(body, member)) is not None:
                given[attribute] = value
        changed = user_changes.change_user(
            self._services,
            name,
            given,
            add_groups=texts_of(body, "add_groups") or (),
            remove_groups=texts_of(body, "remove_groups") or (),
        )
        return self._shown(changed)

    def remove(self, name: str) -> Response:
        """Remove a user with everything that is stored for the user."""
        user_changes.remove_user(self._services, name)
        return Response(status=204)

    def rename(self, name: str) -> Response:
        """Give a user the ``name`` in the body."""
        new = text_of(json_object(("name",)), "name")
        if new is None:
            raise BadBody("The body does not hold a name", 'Send {"name": "…"}')
        renamed = user_changes.rename_user(self._services, name, new)
        response = self._shown(renamed)
        response.headers["Location"] = address_of(renamed)
        return response

    def set_groups(self, name: str) -> Response:
        """Put a user into the ``groups`` in the body, and no others."""
        groups = texts_of(json_object(("groups",)), "groups")
        if groups is None:
            raise BadBody("The body does not hold groups", 'Send {"groups": ["Staff"]}')
        return self._shown(user_changes.set_groups(self._services, name, groups))

    def set_password(self, name: str) -> Response:
        """Set the ``password`` in the body; with ``must_change``, one that has to be changed."""
        body = json_object(("password", "must_change"))
        password = text_of(body, "password")
        if password is None:
            raise BadBody("The body does not hold a password", 'Send {"password": "…"}')
        must_change = flag_of(body, "must_change")
        changed = user_changes.set_password(self._services, name, password, must_change=must_change)
        return self._shown(changed)

    def disable(self, name: str) -> Response:
        """Keep a user from signing in."""
        return self._shown(user_changes.disable_user(self._services, name))

    def enable(self, name: str) -> Response:
        """Let a disabled user sign in again."""
        return self._shown(user_changes.enable_user(self._services, name))

    def sessions(self, name: str) -> Response:
        """Return the applications whose session of the user may still be open."""
        return jsonify({"applications": list(applications_of(self._services, name))})

    def end_sessions(self, name: str) -> Response:
        """End all sessions of a user on all devices; applications keep their own."""
        return self._shown(user_changes.sign_out_user(self._services, name))

    def _shown(self, user: User) -> Response:
        return jsonify(view_user(self._services, user).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses."""
    views = DirectoryApi(services)
    for rule, of_methods, verbs in (
        ("", {"GET": views.list, "POST": views.add}, {"GET": READ_USERS, "POST": "user.add"}),
        (
            "/<name>",
            {"GET": views.show, "PATCH": views.change, "DELETE": views.remove},
            {"GET": READ_USERS, "PATCH": "user.set", "DELETE": "user.remove"},
        ),
        ("/<name>/rename", {"POST": views.rename}, {"POST": "user.rename"}),
        ("/<name>/groups", {"PUT": views.set_groups}, {"PUT": "user.set"}),
        ("/<name>/password", {"POST": views.set_password}, {"POST": "user.passwd"}),
        (
            "/<name>/disabled",
            {"PUT": views.disable, "DELETE": views.enable},
            {"PUT": "user.disable", "DELETE": "user.enable"},
        ),
        (
            "/<name>/sessions",
            {"GET": views.sessions, "DELETE": views.end_sessions},
            {"GET": READ_USERS, "DELETE": "user.sign_out"},
        ),
    ):
        api.add(f"/users{rule}", of_methods, verbs)


def address_of(user: User) -> str:
    """Return the path of a user."""
    return f"{USERS}/{quote(user.upn, safe='@')}"


def _limit_of(text: str | None) -> int:
    """Return the number of users that are asked for, by default as many as a page may have."""
    if text is None:
        return MAX_PAGE_SIZE
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MAX_PAGE_SIZE:
        raise BadBody(f"limit is not a number from 1 to {MAX_PAGE_SIZE}", "Send limit=100")
    return int(text)


def _attributes_of(body: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return the ``attributes`` of *body*, whose values are a text, a list of texts, or null."""
    given = body.get("attributes", {})
    if not isinstance(given, dict):
        raise BadBody("attributes is not a JSON object", 'Send {"givenName": "Alice"}')
    return {
        name: value if isinstance(value, str) else texts_of(given, name) or []
        for name, value in given.items()
    }
