"""The sample users of the tests: Alice, who is in nearly all of them, and Bob."""

from __future__ import annotations

from idp.directory import User
from support.clock import NOON

ALICE = "alice@example.test"
BOB = "bob@example.test"
PASSWORD = "correct horse battery"

SAMPLE_USER = User(
    upn=ALICE,
    display_name="Alice Archer",
    email="a.archer@mail.test",
    windows_account_name="EXAMPLE\\alice",
    groups=("Staff", "Wiki Users"),
    disabled=False,
    valid_from=NOON,
)
"""Alice as the directory has her; ``replace`` makes other users of her."""
