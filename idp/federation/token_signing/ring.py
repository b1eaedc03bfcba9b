"""The token-signing keys of a server: the primary, the secondary, and the files they are kept in.

A list beside the configured key (``NAME.keys.json``) names the key files, the primary first. If
there is no list, the configured pair is the only key. The list is replaced atomically, so a reader
never sees half a change. A running server checks the list each time it needs a key, so changes
take effect at once.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from idp import operating_system
from idp.federation.token_signing.key_files import load_signing_key
from idp.federation.token_signing.private_files import KeyFileError, replace_private_file
from idp.saml.certificates import CertificateFacts, read_facts
from idp.saml.signing import BadSigningKey, SigningKey

MAX_KEYS = 2
"""How many keys can be published at a time."""


class NoSuchKey(KeyFileError):
    """Raised for a thumbprint that no key has, and for a change that its key does not allow."""

    code = "no_such_key"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key pair in files, with the facts of its certificate."""

    key: SigningKey = field(compare=False)  # the facts of its certificate identify it
    facts: CertificateFacts
    key_path: Path
    certificate_path: Path


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of one moment: first the one that signs, then at most one that is only published.

    ``next_is_published`` is true if the second key will sign next, false if it signed before.
    """

    keys: tuple[StoredKey, ...]
    next_is_published: bool = False

    @property
    def primary(self) -> StoredKey:
        """The key that signs."""
        return self.keys[0]

    @property
    def secondary(self) -> StoredKey | None:
        """The key that is only published: the next or the previous one."""
        return self.keys[1] if len(self.keys) > 1 else None

    @property
    def next(self) -> StoredKey | None:
        """The secondary if it has not signed yet, else None."""
        return self.secondary if self.next_is_published else None

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates for metadata (base64 of the DER), the primary's first."""
        return tuple(each.key.certificate for each in self.keys)


class KeyFiles:
    """Reads and writes the ring, kept in files beside *key_path*."""

    def __init__(
        self, key_path: Path, certificate_path: Path, passphrase: bytes | None = None
    ) -> None:
        self.folder = key_path.parent
        self.stem = key_path.stem
        self.passphrase = passphrase
        self._list = self.folder / f"{key_path.stem}.keys.json"
        self._list_name = os.fspath(self._list)
        self._configured = (key_path, certificate_path)
        self._mutex = threading.Lock()

    @property
    def version(self) -> tuple[int, int] | None:
        """A value that changes with the list (mtime, inode); None if there is no list."""
        try:
            status = os.stat(self._list_name)
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def read(self) -> Ring:
        """Return the keys. Raises :class:`KeyFileError` and :class:`BadSigningKey`."""
        pairs, next_is_published = self._listed()
        return Ring(
            tuple(self._load(key, certificate) for key, certificate in pairs), next_is_published
        )

    def write(self, *keys: StoredKey, next_is_published: bool = False) -> Ring:
        """Store *keys* as the ring, the first of them as the primary."""
        names = [
            {"key": each.key_path.name, "certificate": each.certificate_path.name} for each in keys
        ]
        content = json.dumps({"keys": names, "coming": next_is_published}, indent=1)
        replace_private_file(self._list, content.encode())
        return Ring(keys, next_is_published)

    @contextmanager
    def locked(self) -> Iterator[Ring]:
        """Give the ring to the caller, who may write another; other processes wait meanwhile."""
        lock = self._list.with_suffix(".lock")
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise KeyFileError(
                f"{lock} cannot be written: {error.strerror}", "Check the folder of the keys"
            ) from None
        try:
            with self._mutex, operating_system.locked(descriptor):
                yield self.read()
        finally:
            os.close(descriptor)

    def free_paths(self) -> tuple[Path, Path]:
        """Return unused paths for a new key and its certificate, like NAME-2.key and NAME-2.crt."""
        for number in count(2):
            paths = tuple(self.folder / f"{self.stem}-{number}.{end}" for end in ("key", "crt"))
            if not any(path.exists() for path in paths):
                break
        return paths[0], paths[1]

    def stored(self, key: SigningKey, key_path: Path, certificate_path: Path) -> StoredKey:
        """Return *key* with the files that it is kept in."""
        return StoredKey(key, read_facts(key.certificate), key_path, certificate_path)

    def _load(self, key_path: Path, certificate_path: Path) -> StoredKey:
        key = load_signing_key(key_path, certificate_path, passphrase=self.passphrase)
        return self.stored(key, key_path, certificate_path)

    def _listed(self) -> tuple[list[tuple[Path, Path]], bool]:
        """Return the files of each key, and whether the second will sign next."""
        try:
            listed = json.loads(self._list.read_bytes())
            names = [(each["key"], each["certificate"]) for each in listed["keys"]]
            pairs = [(self._beside(key), self._beside(certificate)) for key, certificate in names]
            next_is_published = listed["coming"] is True and len(pairs) == MAX_KEYS
        except FileNotFoundError:
            return [self._configured], False
        except (OSError, ValueError, KeyError, TypeError):
            raise self._unreadable() from None
        if not 1 <= len(pairs) <= MAX_KEYS:
            raise self._unreadable()
        return pairs, next_is_published

    def _beside(self, name: str) -> Path:
        if Path(name).name != name:
            raise ValueError(name)
        return self.folder / name

    def _unreadable(self) -> BadSigningKey:
        return BadSigningKey(
            f"{self._list} is no list of token-signing keys",
            "Remove it to sign with the configured key alone",
        )


class SigningKeyRing(Protocol):
    """Gives the token-signing keys of each moment."""

    def current(self) -> Ring:
        """Return the keys of this moment: the one that signs, and all that are published."""

    def check(self, now: datetime) -> None:
        """Make, promote or retire a key if the age of the keys requires it."""

    def must_be_readable(self) -> None:
        """Raise :class:`~adapter.errors.TallystickError` if the keys cannot be read now."""


class FixedKey:
    """A key that never changes and is kept in no file; *next_key* is published beside it."""

    def __init__(self, key: SigningKey, next_key: SigningKey | None = None) -> None:
        keys = (key,) if next_key is None else (key, next_key)
        stored = (StoredKey(each, read_facts(each.certificate), Path(), Path()) for each in keys)
        self._ring = Ring(tuple(stored), next_is_published=next_key is not None)

    def current(self) -> Ring:
        """Return the ring with this key, and the next one if there is one."""
        return self._ring

    def check(self, now: datetime) -> None:
        """Do nothing: this key has no rollover."""

    def must_be_readable(self) -> None:
        """Do nothing: the key is in memory."""
