"""The first tables: users, second factors, trusts, nodes, providers, policy, log, used once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    _make_used_once()
    _make_directory()
    _make_mfa()
    _make_federation()
    _make_log()


def _make_used_once() -> None:
    op.create_table(
        "used_once", _key("kind"), _key("key"), _instant("expires_at"), sqlite_with_rowid=False
    )
    _index("used_once", "expires_at")


def _make_directory() -> None:
    op.create_table(
        "users",
        _key("upn"),
        _text("account_key", unique=True),
        _text("windows_account_name"),
        _text("display_name"),
        _text("email"),
        _text("groups"),
        _text("password_hash"),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
        _instant("valid_from"),
    )
    op.create_table("password_limits", _key("name"), _integer("wrong"), _instant("last_at"))


def _make_mfa() -> None:
    op.create_table(
        "mfa_users",
        _key("user"),
        _integer("wrong_codes", server_default="0"),
        _instant("codes_locked_until", nullable=True),
        _instant("pushes_cleared_at", nullable=True),
        _text("totp_seed", nullable=True),
    )
    op.create_table(
        "devices",
        _serial(),
        _text("id", unique=True),
        _text("user"),
        _text("name"),
        _text("platform"),
        _text("app_version"),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        _instant("activated_at"),
    )
    _index("devices", "user")
    _make_challenges()
    op.create_table(
        "activations",
        _key("id"),
        _text("user"),
        _text("handle"),
        sa.Column("secret_digest", sa.LargeBinary, nullable=False),
        sa.Column("totp", sa.Boolean, nullable=False),
        _instant("expires_at"),
        _integer("tries"),
        sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    _index("activations", "handle")
    _index("activations", "expires_at")


def _make_challenges() -> None:
    op.create_table(
        "challenges",
        _serial(),
        _text("id", unique=True),
        _text("user"),
        _text("experience"),
        _text("nonce"),
        sa.Column("number_digest", sa.LargeBinary, nullable=False),
        _text("application"),
        _text("client_ip"),
        _instant("created_at"),
        _text("state"),
        _text("answered_by", nullable=True),
        sa.Column("reported", sa.Boolean, nullable=False),
        _integer("version"),
    )
    _index("challenges", "created_at")
    _index("challenges", "user", "created_at")


def _make_federation() -> None:
    op.create_table(
        "trusts",
        _serial(),
        _text("entity_id", unique=True),
        _text("service_provider"),
        _text("settings"),
        _text("source"),
        _text("source_digest"),
        sa.Column("metadata", sa.LargeBinary, nullable=False),
        _instant("added_at"),
        _instant("changed_at"),
        _text("stamp"),
    )
    op.create_table(
        "nodes",
        _serial(),
        _text("name", unique=True),
        _text("build"),
        _text("product"),
        _instant("changed_at"),
        _text("changed_by"),
    )
    op.create_table(
        "providers",
        _key("name"),
        _text("type_name"),
        sa.Column("config", sa.LargeBinary, nullable=True),
    )
    op.create_table("policies", _key("name"), _text("value"))


def _make_log() -> None:
    op.create_table(
        "sign_ins",
        _serial(),
        _instant("at"),
        _integer("event_id"),
        _text("activity_id"),
        _text("user"),
        _text("trust"),
        _text("node"),
        _text("experience"),
        _text("reason"),
        _text("outcome"),
        _text("client_ip"),
        _text("detail"),
    )
    _index("sign_ins", "user", "serial")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{columns[0]}", table, columns)


def _serial() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("serial", number, primary_key=True, autoincrement=True)


def _key(name: str) -> sa.Column[str]:
    return _text(name, primary_key=True)


def _text(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable, **options)


def _integer(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, **options)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)  # microseconds since 1970, UTC
