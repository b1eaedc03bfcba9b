"""Changes of users: what protects an account, and the account in the directory."""

from __future__ import annotations

from support.users import ALICE

PASSWORD = "a new password of Alice"
BOB = "bob@example.test"
USER = f"/users/{ALICE}"
ONE_USER = "/users/<name>"


def account_changes():
    """Yield the changes of what protects an account by REST."""
    yield f"{ONE_USER}/block", "POST", f"{USER}/block", {"days": 2}, "user.block"
    yield f"{ONE_USER}/block", "DELETE", f"{USER}/block", None, "user.unblock"
    yield f"{ONE_USER}/risk", "DELETE", f"{USER}/risk", None, "user.dismiss_risk"
    yield f"{ONE_USER}/access-pass", "POST", f"{USER}/access-pass", {}, "user.pass"
    yield f"{ONE_USER}/access-pass", "DELETE", f"{USER}/access-pass", None, "user.pass_remove"
    yield f"{ONE_USER}/nt-hash", "PUT", f"{USER}/nt-hash", None, "user.nt_hash_want"
    yield f"{ONE_USER}/nt-hash", "DELETE", f"{USER}/nt-hash", None, "user.nt_hash_drop"
    yield f"{ONE_USER}/unlock", "POST", f"{USER}/unlock", None, "user.unlock"
    reset = {"compromised": True, "password": PASSWORD}
    yield f"{ONE_USER}/reset", "POST", f"{USER}/reset", reset, "user.reset"


def directory_changes():
    """Yield the same of a user's account."""
    added = {"name": BOB, "password": PASSWORD}
    yield "/users", "POST", "/users", added, "user.add"
    yield ONE_USER, "PATCH", USER, {"attributes": {"sn": "Archer"}}, "user.set"
    yield f"{ONE_USER}/groups", "PUT", f"{USER}/groups", {"groups": ["Staff"]}, "user.set"
    yield f"{ONE_USER}/password", "POST", f"{USER}/password", {"password": PASSWORD}, "user.passwd"
    yield f"{ONE_USER}/disabled", "PUT", f"{USER}/disabled", None, "user.disable"
    yield f"{ONE_USER}/disabled", "DELETE", f"{USER}/disabled", None, "user.enable"
    yield f"{ONE_USER}/sessions", "DELETE", f"{USER}/sessions", None, "user.sign_out"
    new = f"new.{BOB}"
    yield f"{ONE_USER}/rename", "POST", f"/users/{BOB}/rename", {"name": new}, "user.rename"
    yield ONE_USER, "DELETE", f"/users/{new}", None, "user.remove"


def account_posts():
    """Yield the same of the page of the users."""
    for action, verb in (
        ("unlock", "user.unlock"),
        ("block", "user.block"),
        ("unblock", "user.unblock"),
        ("dismiss", "user.dismiss_risk"),
        ("nt_hash_on", "user.nt_hash_want"),
        ("nt_hash_off", "user.nt_hash_drop"),
    ):
        yield "/admin/users", {"action": action, "name": ALICE}, verb


def directory_posts():
    """Yield the same of the page of one user."""
    yield "/admin/users", {"action": "add", "name": BOB, "password": PASSWORD}, "user.add"
    for action, verb, fields in (
        ("attributes", "user.set", {"a-sn": "Archer"}),
        ("groups", "user.set", {"groups": "Staff"}),
        ("pass", "user.pass", {}),
        ("password", "user.passwd", {"password": PASSWORD}),
        ("disable", "user.disable", {}),
        ("enable", "user.enable", {}),
        ("sign_out", "user.sign_out", {}),
        ("remove_methods", "user.method_remove", {}),
        ("compromised", "user.reset", {"password": PASSWORD}),
        ("rename", "user.rename", {"new_name": f"new.{BOB}"}),
    ):
        yield "/admin/users/one", {"action": action, "name": BOB, **fields}, verb
    gone = f"new.{BOB}"
    yield "/admin/users/one", {"action": "remove", "name": gone, "confirm": gone}, "user.remove"
