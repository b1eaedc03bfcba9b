"""Log-out: what service providers were told in each session, and where they take log-out messages.

Trusts that are there already learn the addresses from the metadata that was kept of them.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from lxml import etree

revision = "0007"
down_revision = "0006"

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
BINDINGS = tuple(
    f"urn:oasis:names:tc:SAML:2.0:bindings:{name}" for name in ("HTTP-Redirect", "HTTP-POST")
)


def upgrade() -> None:
    """Make the tables, and read the addresses."""
    _make_session_participants()
    _make_log_outs()
    _read_addresses()


def _make_session_participants() -> None:
    op.create_table(
        "session_participants",
        sa.Column(
            "serial",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("session", "user", "trust")),
        sa.Column("name_id", sa.Text),
        sa.Column("name_format", sa.Text),
        sa.Column("name_qualifier", sa.Text),
        sa.Column("sp_name_qualifier", sa.Text),
        sa.Column("session_index", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("log_out", sa.Text),
        sa.Column("asked_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
    )
    for name, columns in (
        ("session", ["session", "trust"]),
        ("trust", ["trust", "name_id"]),
        ("expires_at", ["expires_at"]),
    ):
        op.create_index(f"ix_session_participants_{name}", "session_participants", columns)
    op.create_index(
        "ix_session_participants_request_id",
        "session_participants",
        ["request_id"],
        sqlite_where=sa.text("request_id IS NOT NULL"),
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )


def _make_log_outs() -> None:
    op.create_table(
        "log_outs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("sessions", sa.Text, nullable=False),
        sa.Column("activity_id", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.Text),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_log_outs_expires_at", "log_outs", ["expires_at"])


def _read_addresses() -> None:
    trusts = sa.table(
        "trusts",
        *(sa.column(name) for name in ("serial", "entity_id", "service_provider", "metadata")),
    )
    connection = op.get_bind()
    for serial, entity_id, text, metadata in connection.execute(sa.select(trusts)).all():
        provider = json.loads(text)
        provider["single_logout_services"] = _addresses(entity_id, provider, bytes(metadata))
        changed = json.dumps(provider, ensure_ascii=False, separators=(",", ":"))
        connection.execute(
            sa.update(trusts).where(trusts.c.serial == serial).values(service_provider=changed)
        )


def _addresses(
    entity_id: str, provider: dict[str, list[dict[str, str]]], metadata: bytes
) -> list[dict[str, str | None]]:
    """Return what today's reader would find, of https, or http where the trust has that anyway."""
    known = [each["location"] for each in provider["assertion_consumer_services"]]
    schemes = ("https:", "http:") if any(each[:5] == "http:" for each in known) else ("https:",)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(metadata, parser)
    except etree.XMLSyntaxError:
        return []
    return [
        {
            "location": service.get("Location", ""),
            "binding": service.get("Binding"),
            "response_location": service.get("ResponseLocation"),
        }
        for entity in root.iter(f"{MD}EntityDescriptor")
        if entity.get("entityID") == entity_id
        for service in entity.iterfind(f"{MD}SPSSODescriptor/{MD}SingleLogoutService")
        if service.get("Binding") in BINDINGS
        and service.get("Location", "").startswith(schemes)
        and service.get("ResponseLocation", "https:").startswith(schemes)
    ]
