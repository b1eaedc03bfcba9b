"""Users, groups, passwords and lock-out: the local directory; others plug in behind its port."""

from idp.directory.directory import Directory, DirectoryError
from idp.directory.password_check import LockoutEvent, PasswordCheck
from idp.directory.passwords import HashingBusy, PasswordHasher
from idp.directory.users import User

__all__ = [
    "Directory",
    "DirectoryError",
    "HashingBusy",
    "LockoutEvent",
    "PasswordCheck",
    "PasswordHasher",
    "User",
]
