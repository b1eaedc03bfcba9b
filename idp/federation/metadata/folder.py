"""The metadata folder: a file dropped there is a trust.

``NAME.xml`` is SAML metadata, ``NAME.toml`` beside it its settings. A file is read again when it
or its settings have changed; until then, what administrators change of the trust stays. Taking a
file away removes nothing.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import TallystickError
from idp.federation.relying_party.registry import TrustRegistry
from idp.federation.relying_party.setting_changes import read_settings
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust


class BadTrustFile(TallystickError):
    """Raised for a file of the folder that cannot be a trust."""

    code = "bad_trust_file"


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What became of a folder: entity ids made or updated, and a sentence for each bad file."""

    loaded: tuple[str, ...]
    faults: tuple[str, ...]


def load_folder(trusts: TrustRegistry, folder: Path) -> FolderReport:
    """Make or update a trust for each ``NAME.xml``; a bad file is reported and spoils no other."""
    known = {trust.source: trust for trust in trusts.list()}
    loaded: list[str] = []
    faults: list[str] = []
    for path in sorted(folder.resolve().glob("*.xml")):
        try:
            trust = _load(trusts, path, known)
        except TallystickError as error:
            faults.append(f"{path.name}: {error}")
        else:
            loaded += [trust.entity_id] if trust else []
    return FolderReport(tuple(loaded), tuple(faults))


def _load(
    trusts: TrustRegistry, path: Path, known: Mapping[str, RelyingPartyTrust]
) -> RelyingPartyTrust | None:
    metadata, settings = _content(path), _content(path.with_suffix(".toml"), optional=True)
    digest = hashlib.sha256(b"%d:" % len(metadata) + metadata + settings).hexdigest()
    earlier = known.get(str(path))
    if earlier is not None and earlier.source_digest == digest:
        return None
    _refuse_second_file(trusts, path, metadata)
    return trusts.add(
        metadata,
        settings=_settings(path.with_suffix(".toml"), settings) if settings else None,
        source=str(path),
        source_digest=digest,
    )


def _refuse_second_file(trusts: TrustRegistry, path: Path, metadata: bytes) -> None:
    """Two files of one entity id would take turns at every start."""
    trust = trusts.find(trusts.read(metadata).service_provider.entity_id)
    if trust is None or trust.source == str(path):
        return
    first = Path(trust.source)
    if first.parent == path.parent and first.exists():
        raise BadTrustFile(f"{first.name} is the trust {trust.entity_id} already", "Keep one file")


def _content(path: Path, *, optional: bool = False) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if optional:
            return b""
        raise BadTrustFile(f"{path.name} has just gone") from None
    except OSError as error:
        raise BadTrustFile(
            f"{path.name} cannot be read: {error.strerror}", "Check its permissions"
        ) from None


def _settings(path: Path, content: bytes) -> TrustSettings:
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTrustFile(f"{path.name} is no TOML: {error}", "Mend the file") from None
    return read_settings(values, path.name)
