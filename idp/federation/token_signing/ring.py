"""The token-signing keys of a server: which signs, which is published beside it, kept in files.

A list beside the configured key names the key files, the primary first; without one, the configured
pair is all there is. The list is replaced whole, so that every reader sees it before or after a
change. Who runs sees a change at once: the list is looked at each time a key is asked for.
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

from idp.federation.token_signing.key_files import (
    KeyFileError,
    load_signing_key,
    replace_private_file,
)
from idp.saml.certificates import CertificateFacts, read_facts
from idp.saml.signing import BadSigningKey, SigningKey

MAX_KEYS = 2
"""Keys that are published at a time."""


class NoSuchKey(KeyFileError):
    """Raised for a thumbprint that no key has, or where a change of roles makes no sense."""

    code = "no_such_key"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key pair in files, and what its certificate says."""

    key: SigningKey = field(compare=False)  # its facts tell it from others
    facts: CertificateFacts
    key_path: Path
    certificate_path: Path


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of one moment: the one that signs first, and at most one that is only published.

    ``next_is_published`` says that the latter is to sign next; else it signed before.
    """

    keys: tuple[StoredKey, ...]
    next_is_published: bool = False

    @property
    def primary(self) -> StoredKey:
        """The key that signs."""
        return self.keys[0]

    @property
    def secondary(self) -> StoredKey | None:
        """The key that is published beside it: the next one, or the one before."""
        return self.keys[1] if len(self.keys) > 1 else None

    @property
    def next(self) -> StoredKey | None:
        """The secondary, where it has not signed yet."""
        return self.secondary if self.next_is_published else None

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates for metadata (base64 of the DER), the primary's first."""
        return tuple(each.key.certificate for each in self.keys)


class KeyFiles:
    """The ring as it lies in files beside *key_path*."""

    def __init__(
        self, key_path: Path, certificate_path: Path, passphrase: bytes | None = None
    ) -> None:
        self.folder = key_path.parent
        self.stem = key_path.stem
        self.passphrase = passphrase
        self._list = self.folder / f"{key_path.stem}.keys.json"
        self._configured = (key_path, certificate_path)
        self._mutex = threading.Lock()

    @property
    def stamp(self) -> tuple[int, int] | None:
        """What is another after each change; None while there is no list."""
        try:
            status = self._list.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def read(self) -> Ring:
        """Return the keys; raises :class:`KeyFileError`, :class:`BadSigningKey`."""
        pairs, next_is_published = self._listed()
        return Ring(
            tuple(self._load(key, certificate) for key, certificate in pairs), next_is_published
        )

    def write(self, *keys: StoredKey, next_is_published: bool = False) -> Ring:
        """Make *keys* the ring, the first of them the primary."""
        names = [
            {"key": each.key_path.name, "certificate": each.certificate_path.name} for each in keys
        ]
        content = json.dumps({"keys": names, "coming": next_is_published}, indent=1)
        replace_private_file(self._list, content.encode())
        return Ring(keys, next_is_published)

    @contextmanager
    def changing(self) -> Iterator[Ring]:
        """Let one at a time, of all processes, read the ring and write another."""
        import fcntl  # here, since only servers have keys, and they run where there is one

        lock = self._list.with_suffix(".lock")
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise KeyFileError(
                f"{lock} cannot be written: {error.strerror}", "Check the folder of the keys"
            ) from None
        try:
            with self._mutex:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield self.read()
        finally:
            os.close(descriptor)

    def free_paths(self) -> tuple[Path, Path]:
        """Return names for a new key and its certificate, after the configured key's."""
        for number in count(2):
            paths = tuple(self.folder / f"{self.stem}-{number}.{end}" for end in ("key", "crt"))
            if not any(path.exists() for path in paths):
                break
        return paths[0], paths[1]

    def stored(self, key: SigningKey, key_path: Path, certificate_path: Path) -> StoredKey:
        """Return a key that lies in these files."""
        return StoredKey(key, read_facts(key.certificate), key_path, certificate_path)

    def _load(self, key_path: Path, certificate_path: Path) -> StoredKey:
        key = load_signing_key(key_path, certificate_path, passphrase=self.passphrase)
        return self.stored(key, key_path, certificate_path)

    def _listed(self) -> tuple[list[tuple[Path, Path]], bool]:
        """Return the files of each key, and whether the second is to come."""
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
    """Where the token-signing keys of each moment come from."""

    def current(self) -> Ring:
        """Return the keys of this moment; what signs is in it, and published."""

    def check(self, now: datetime) -> None:
        """Do what the age of the keys calls for, when it is time to look."""

    def must_be_readable(self) -> None:
        """Raise :class:`~adapter.errors.TallystickError` where the keys could not be read now."""


class FixedKey:
    """One key that never changes, where there are no files to look at."""

    def __init__(self, key: SigningKey) -> None:
        self._ring = Ring((StoredKey(key, read_facts(key.certificate), Path(), Path()),))

    def current(self) -> Ring:
        """Return the ring of this key alone."""
        return self._ring

    def check(self, now: datetime) -> None:
        """Do nothing: what was handed in is not ours to roll."""

    def must_be_readable(self) -> None:
        """Do nothing: it was read."""
