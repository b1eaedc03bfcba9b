"""The tables of the flight recorder."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from idp.store.columns import instant, metadata, serial, text

timelines = Table(
    "timelines",
    metadata,
    text("activity_id", primary_key=True),
    Column("last_part", BigInteger, nullable=False, index=True),  # rises with each change
    instant("began_at"),
    instant("changed_at", index=True),
    text("node"),
    text("user", index=True),
    text("trust", index=True),
    text("outcome"),
    text("code", index=True),
    text("problem"),
    text("remedy"),
)

recorded_parts = Table(  # of a timeline: one for each web request
    "recorded_parts",
    metadata,
    serial(),
    text("activity_id", index=True),
    instant("at"),
    text("steps"),  # as JSON
)
