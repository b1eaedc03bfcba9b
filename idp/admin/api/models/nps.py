"""What ``/admin/api/nps`` takes and answers."""

from __future__ import annotations

from pydantic import Field

from idp.admin.api.model import Body, Shown


class RegistryChange(Body):
    """Registry values of the NPS extension to set; ``unset`` deletes one."""

    override: str | None = Field(None, examples=["TRUE", "FALSE", "unset"])
    require_user_match: str | None = Field(None, examples=["TRUE", "unset"])
    ip_whitelist: str | None = Field(None, examples=["192.0.2.1;192.0.2.2"])


class HostChange(Body):
    """What is changed of an NPS host; a new one needs ``version``."""

    version: str | None = Field(None, examples=["1.2.2216.1"])
    addresses: list[str] | None = None
    port: int | None = None
    legacy_port: bool | None = None
    protocols: list[str] | None = Field(None, examples=[["PAP"]])
    registry: RegistryChange = Field(default_factory=lambda: RegistryChange.read({}))


class ClientChange(Body):
    """A RADIUS client; one that is replaced keeps its ``secret`` unless another is given."""

    secret: str | None = None
    preset: str | None = None
    can_answer_challenge: bool | None = None
    needs_message_authenticator: bool | None = None
    timeout: int | None = Field(None, description="Seconds")
    label: str | None = None


class Registry(Shown):
    """The registry values; ``unset`` stands for one that is not there."""

    override: str
    require_user_match: str
    ip_whitelist: str


class Case(Shown):
    """What users see in one case."""

    protocol: str
    totp_registered: bool
    client_can_answer_challenge: bool
    experience: str | None
    reason: str


class Host(Shown):
    """An NPS host."""

    name: str = Field(examples=["nps1"])
    version: str
    addresses: list[str]
    port: int
    legacy_port: bool
    protocols: list[str]
    registry: Registry = Field(description="As it is set")
    in_force: Registry = Field(description="As it was at the last restart")
    pending_restart: bool
    experience: str | None
    reason: str
    cases: list[Case]
    after_restart: list[Case]
    clients: int
    restarted_at: str
    changed_at: str
    changed_by: str
    warnings: list[str]


class Client(Shown):
    """A RADIUS client, without its secret."""

    host: str
    network: str
    can_answer_challenge: bool
    needs_message_authenticator: bool
    timeout: int
    label: str
    changed_at: str
    changed_by: str
    warnings: list[str]


Hosts = list[Host]
Clients = list[Client]
