"""The metadata folder: each file of SAML metadata in it becomes a trust.

``NAME.xml`` is the metadata, ``NAME.toml`` beside it has the settings. A trust is updated when one
of its two files has changed; until then, changes by administrators stay. Removing a file removes no
trust.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import TallystickError
from idp.federation.metadata.preview import warn_of_end
from idp.federation.relying_party.registry import TrustRegistry
from idp.federation.relying_party.setting_changes import read_settings
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.toml_reading import NotToml, read_toml


class BadTrustFile(TallystickError):
    """Raised for a file of the folder that cannot become a trust."""

    code = "bad_trust_file"


@dataclass(frozen=True, slots=True)
class FolderReport:
    """The entity ids that were made or updated, and a sentence for each bad file.

    ``warnings`` are sentences about metadata that was taken: what was odd, and when it ends.
    """

    loaded: tuple[str, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def load_folder(trusts: TrustRegistry, folder: Path) -> FolderReport:
    """Make or update a trust for each ``NAME.xml``; a bad file does not affect the others."""
    by_source = {trust.source: trust for trust in trusts.list()}
    loaded: list[str] = []
    faults: list[str] = []
    warnings: list[str] = []
    for path in sorted(folder.resolve().glob("*.xml")):
        try:
            trust = _load(trusts, path, by_source)
        except TallystickError as error:
            faults.append(f"{path.name}: {error}")
        except Exception as error:  # nothing in one file may keep the others or the server away
            faults.append(f"{path.name}: it cannot be loaded ({type(error).__name__})")
        else:
            loaded += [trust.entity_id] if trust else []
            warnings += [f"{path.name}: {each}" for each in _warnings_of(trust)] if trust else []
    return FolderReport(tuple(loaded), tuple(faults), tuple(warnings))


def _warnings_of(trust: RelyingPartyTrust) -> Iterator[str]:
    yield from trust.service_provider.warnings
    if trust.settings.honour_valid_until:
        yield from warn_of_end(trust.validity, trust.changed_at)


def _load(
    trusts: TrustRegistry, path: Path, by_source: Mapping[str, RelyingPartyTrust]
) -> RelyingPartyTrust | None:
    metadata, written = _content(path), _content(path.with_suffix(".toml"), optional=True)
    digest = hashlib.sha256(b"%d:" % len(metadata) + metadata + written).hexdigest()
    earlier = by_source.get(str(path))
    if earlier is not None and earlier.source_digest == digest:
        return None
    settings = _settings(path.with_suffix(".toml"), written) if written else None
    _refuse_second_file(trusts, path, metadata, settings)
    return trusts.add(
        metadata,
        settings=settings,
        source=str(path),
        source_digest=digest,
    )


def _refuse_second_file(
    trusts: TrustRegistry, path: Path, metadata: bytes, settings: TrustSettings | None
) -> None:
    """Raise if another file has the entity id: the two would replace each other at every start."""
    trust = trusts.find(trusts.read(metadata, settings=settings).service_provider.entity_id)
    if trust is None or trust.source == str(path):
        return
    first = Path(trust.source)
    if first.parent == path.parent and first.exists():
        raise BadTrustFile(f"{first.name} already has the trust {trust.entity_id}", "Keep one file")


def _content(path: Path, *, optional: bool = False) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if optional:
            return b""
        raise BadTrustFile(f"{path.name} was removed meanwhile") from None
    except OSError as error:
        raise BadTrustFile(
            f"{path.name} cannot be read: {error.strerror}", "Check its permissions"
        ) from None


def _settings(path: Path, content: bytes) -> TrustSettings:
    try:
        values = read_toml(content.decode("utf-8"))
    except (UnicodeDecodeError, NotToml) as error:
        raise BadTrustFile(f"{path.name} is not TOML: {error}", "Correct the file") from None
    return read_settings(values, path.name)
