"""The local directory: users, groups, passwords and lock-out.

``directory.py`` has ``Directory``, which finds users, checks passwords, and makes the changes of
administrators; read it first. ``users.py`` has the values and spellings of user names,
``attributes.py`` their attributes by LDAP names. ``passwords.py`` hashes passwords (``turns.py``
says whose turn it is), ``password_tries.py`` debits and judges a try, ``password_check.py`` is what
it comes to, and ``lockout.py`` has the rules of both lock-outs (docs/passwords.md). ``nt_hash.py``
has what MS-CHAP needs in place of the password (docs/nps-ms-chap.md), made by ``md4.py``.
``errors.py`` has the error of a wrong change. ``new_users.py`` checks users before they are added,
one by one or from CSV, ``new_passwords.py`` the passwords that users choose at a reset.

``user_store.py`` is the storage protocol, which ``idp.store.users`` implements. ``idp.signin``
checks passwords here; ``idp.management.users`` has the use cases of administrators.
"""

from idp.directory.directory import Directory
from idp.directory.errors import DirectoryError
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
