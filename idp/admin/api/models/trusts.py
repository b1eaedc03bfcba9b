"""What ``/admin/api/trusts`` and ``/admin/api/faults`` take and answer."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from idp.admin.api.model import Body, FreeBody, PageSize, Place, Query, Shown

SETTINGS = "The settings by name: docs/trusts.md"


class TrustQuery(Query):
    """Which trusts are listed; without any parameter, all of them."""

    search: str = Field("", description="Stands in the name or the entity ID, in any case")
    after: Place | None = Field(None, description="As in Link of the page before")
    limit: PageSize | None = Field(None, description="How many trusts a page has at most")


class NewTrust(Body):
    """A trust from ``metadata``, from a ``url``, or from ``acs`` and ``entity_id``: one of them."""

    metadata: str | None = Field(None, description="SAML metadata, as text")
    url: str | None = Field(None, description="Where its metadata is fetched")
    acs: str | list[str] | None = Field(None, description="Its addresses, if it has no metadata")
    slo: str | None = Field(None, description="Beside acs: its address for log-out")
    entity_id: str | None = None
    certificate: str | None = Field(None, description="PEM: who must have signed the metadata")
    settings: dict[str, Any] | None = Field(None, description=SETTINGS)
    dry_run: bool = Field(False, description="Return a preview, change nothing")


class TrustSettings(FreeBody):
    """Settings of a trust by name, as docs/trusts.md lists them: all are changed, or none."""


class RefreshRequest(Body):
    """Whether metadata that was held back is accepted; without that it is fetched again."""

    accept: bool = False
    held_digest: str | None = Field(None, description="Accept it only if it is still this")


class Refreshing(Shown):
    """The state of the refresh of a trust's metadata."""

    due_at: str
    tried_at: str | None
    fetched_at: str | None
    failures: int
    fault: str | None
    held: list[str] | None
    held_digest: str | None


class CertificateReport(Shown):
    """A certificate of the service provider."""

    model_config = ConfigDict(extra="allow")

    use: str
    thumbprint: str
    not_before: str | None
    not_after: str | None
    weaknesses: list[str]


class Trust(Shown):
    """A relying party trust."""

    entity_id: str = Field(examples=["https://sp.example.test/metadata"])
    display_name: str
    source: str
    added_at: str
    changed_at: str
    warnings: list[str]
    settings: dict[str, Any] = Field(description=SETTINGS)
    metadata: dict[str, Any] = Field(description="What its metadata says")
    certificates: list[CertificateReport]
    valid_until: str | None
    cache_seconds: int | None
    signed_by: str | None
    refresh: Refreshing | None


class UnreadableTrust(Shown):
    """What stands in a list for a trust that cannot be read."""

    entity_id: str
    error: str
    problem: str
    remedy: str


class MetadataChange(Shown):
    """One difference between the stored metadata and other metadata."""

    model_config = ConfigDict(extra="allow")


class TrustPreview(Shown):
    """What adding the trust would do."""

    dry_run: bool
    entity_id: str
    display_name: str
    new: bool
    metadata: dict[str, Any]
    certificates: list[CertificateReport]
    weaknesses: list[str]
    changes: list[MetadataChange]
    loosens: list[str]
    valid_until: str | None
    cache_seconds: int | None


class RefreshReport(Shown):
    """What became of a refresh."""

    entity_id: str
    outcome: str
    changes: list[MetadataChange]
    reasons: list[str]


class Fault(Shown):
    """A fault that a response can have on purpose."""

    code: str = Field(examples=["audience_wrong"])
    group: str
    title: str
    correct: str = Field(description="What a correct service provider does")
    expectation: str
    source: str
    cve: list[str]
    needs: str | None


class NextFault(Body):
    """The fault of the next sign-in or log-out."""

    fault: str = Field(examples=["audience_wrong"])


class DueFault(Shown):
    """A fault that is due at a trust."""

    entity_id: str
    fault: str
    set_by: str
    set_at: str


Trusts = list[Trust | UnreadableTrust]
TrustOrPreview = Trust | TrustPreview
Faults = list[Fault]
DueFaults = list[DueFault]
