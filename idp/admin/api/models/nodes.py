"""What ``/admin/api/nodes`` takes and answers."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from idp.admin.api.model import Body, Shown


class NewBuild(Body):
    """The build of a node. A node as it was answered may be sent back: only ``build`` counts."""

    model_config = ConfigDict(extra="ignore")

    build: str = Field(description="A build or a KB number", examples=["20348.350", "KB5007205"])


class NewNodeName(Body):
    """Another name of a node."""

    name: str = Field(examples=["sts4"])


class NodeCsv(Body):
    """Nodes and their builds as CSV."""

    csv: str = Field(examples=["name,build\nsts1,20348.350\n"])


class WhatIfQuestion(Body):
    """Nodes, and an update that they might get."""

    nodes: list[str] = Field(examples=[["sts1"]], min_length=1)
    build: str = Field(examples=["KB5007205"])


class Node(Shown):
    """A node of the farm."""

    name: str = Field(examples=["sts1"])
    product: str = Field(examples=["Windows Server 2022"])
    build: str = Field(examples=["20348.350"])
    changed_at: str = Field(examples=["2026-11-24T12:00:00Z"])
    changed_by: str = Field(examples=["administrator (API)"])


class ChangedNode(Node):
    """A node after its build was set."""

    warnings: list[str] = Field(description="Sentences about an unusual build")


class RemovedNode(Shown):
    """The node that was removed."""

    name: str
    removed: bool


class NodeShows(Shown):
    """A node's build, and what its users see."""

    build: str
    product: str
    experience: str | None = Field(description="What a current phone meets; null for no push")
    reason: str
    devices: dict[str, str] = Field(description="What users of each kind of device meet")


class NodeBeforeAndAfter(Shown):
    """A node now, and as it would be."""

    name: str
    chosen: bool
    before: NodeShows
    after: NodeShows


class WhatIf(Shown):
    """The farm with an update on some of its nodes."""

    build: str
    before: str = Field(description="What users meet now, as a sentence")
    after: str = Field(description="What they would meet")
    nodes: list[NodeBeforeAndAfter]
    warnings: list[str]


Nodes = list[Node]
ChangedNodes = list[ChangedNode]
