"""The tables of second factors, and of what their users are told; see :mod:`idp.store.schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, false

from idp.store.columns import instant, metadata, serial, text

mfa_users = Table(
    "mfa_users",
    metadata,
    text("user", primary_key=True),
    Column("wrong_codes", Integer, nullable=False, server_default="0"),
    instant("codes_locked_until", nullable=True),
    instant("pushes_cleared_at", nullable=True),
    text("totp_seed", nullable=True),  # sealed
    instant("seed_created_at", nullable=True),
    instant("code_used_at", nullable=True),
    instant("pushes_reported_at", nullable=True),  # since then, a report pauses pushes
    *(text(name, nullable=True) for name in ("seed_app", "seed_name", "default_method")),
    instant("methods_confirmed_at", nullable=True),
    instant("campaign_snoozed_until", nullable=True),
    text("method_names", nullable=True),  # as JSON: name by id
)

code_apps = Table(  # sources of codes beside the one in mfa_users
    "code_apps",
    metadata,
    serial(),
    text("id", unique=True),
    text("user", index=True),
    *map(text, ("name", "app", "seed")),  # the seed is sealed
    instant("created_at"),
    instant("last_used_at", nullable=True),
)

hardware_tokens = Table(
    "hardware_tokens",
    metadata,
    serial(),
    text("id", unique=True),
    text("user", index=True),
    text("serial_number", unique=True),
    *map(text, ("name", "manufacturer", "model")),
    text("seed"),  # sealed
    Column("period", Integer, nullable=False),  # in seconds
    instant("created_at"),
    instant("activated_at", nullable=True),  # until then, its codes are worth nothing
    instant("last_used_at", nullable=True),
)

devices = Table(
    "devices",
    metadata,
    serial(),
    text("id", unique=True),
    text("user", index=True),
    text("name"),
    text("platform"),
    text("app_version"),
    Column("public_key", LargeBinary, nullable=False),
    instant("activated_at"),
    instant("last_used_at", nullable=True),
    text("registration", nullable=True, index=True),
    text("new_seed", nullable=True),  # sealed; of a device that is not registered yet
    Column("broker", Boolean, nullable=False, server_default=false()),
)

is_registered = devices.c.registration.is_(None)
"""True for the devices that are methods of their users; the others still have a test to pass."""

passkeys = Table(
    "passkeys",
    metadata,
    serial(),
    text("id", unique=True),
    text("user", index=True),
    text("name"),
    Column("credential_id", LargeBinary, nullable=False, unique=True),  # the browser's name of it
    Column("public_key", LargeBinary, nullable=False),  # a COSE_Key
    Column("sign_count", BigInteger, nullable=False),  # 32 bits without a sign
    text("transports"),  # separated by blanks
    Column("is_synced", Boolean, nullable=False),
    instant("created_at"),
    instant("last_used_at", nullable=True),
    text("registered_for", nullable=True),  # the user's name then, if it is another one now
)

challenges = Table(
    "challenges",
    metadata,
    serial(),
    text("id", unique=True),
    text("user"),
    text("experience"),
    text("nonce"),
    Column("number_digest", LargeBinary, nullable=False),
    text("application"),
    text("client_ip"),
    instant("created_at"),
    text("state"),
    text("answered_by", nullable=True),
    Column("reported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    text("device", nullable=True),
    Index("ix_challenges_user", "user", "created_at"),
)

activations = Table(
    "activations",
    metadata,
    text("id", primary_key=True),
    text("user"),
    text("handle", index=True),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("totp", Boolean, nullable=False),
    instant("expires_at", index=True),
    Column("tries", Integer, nullable=False),
    Column("link_digest", LargeBinary, nullable=True, index=True),
    Column("ended", Boolean, nullable=False, server_default=false()),
    Column("tested", Boolean, nullable=False, server_default=false()),
)

mfa_blocks = Table(  # users whose second factors are all denied
    "mfa_blocks",
    metadata,
    text("user", primary_key=True),
    instant("since"),
    instant("until"),
    text("by"),
)

user_risks = Table(  # users at high risk, until an administrator dismisses it
    "user_risks",
    metadata,
    text("user", primary_key=True),
    instant("since"),
    text("client_ip"),  # where the reported sign-in came from
)

access_passes = Table(  # one for each user; the columns of the pass are null without one
    "access_passes",
    metadata,
    text("user", primary_key=True),
    Column("wrong", Integer, nullable=False, server_default="0"),
    instant("locked_until", nullable=True),
    text("id", nullable=True),
    Column("digest", LargeBinary, nullable=True),
    Column("once", Boolean, nullable=True),
    *(instant(f"{name}_at", nullable=True) for name in ("issued", "starts", "expires", "used")),
    text("issued_for", nullable=True),  # the user's name then, if it is another one now
)

notices = Table(  # on the devices of users, until they are dismissed
    "notices",
    metadata,
    serial(),
    text("id"),
    text("device"),  # the id of the device that shows it
    text("user"),
    text("occasion"),
    instant("at"),
    text("details"),  # as JSON
    Index("ix_notices_device", "device", "serial"),
)

outbox = Table(  # a row for each change that a user is still to be told of by mail
    "outbox",
    metadata,
    serial(),
    text("user", index=True),
    text("occasion"),
    instant("at"),
    text("details"),  # as JSON
    instant("due_at", index=True),
    text("mail", nullable=True, index=True),  # the mail that it went into, once one was tried
    Column("tries", Integer, nullable=False),
)

USER_TABLES = (
    mfa_users, code_apps, hardware_tokens, devices, passkeys, challenges, activations,
    mfa_blocks, user_risks, access_passes, notices, outbox,
)  # fmt: skip
"""The tables whose rows belong to the user in their column ``user``; they go with the user."""
