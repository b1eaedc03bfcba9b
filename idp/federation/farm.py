"""The nodes of the farm, each with its Windows Server build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from adapter.clock import Clock
from adapter.errors import TallystickError
from adapter.sentences import sentence
from adapter.windows import describe, product_name
from idp.csv_table import CsvFaults, CsvRow, read_rows

UNKNOWN_PRODUCT = "unknown product"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class BadNode(TallystickError):
    """Raised for a node that does not exist, or whose name or build is not valid."""

    code = "bad_node"


@dataclass(frozen=True, slots=True)
class Node:
    """One server of the farm. ``build`` looks like ``20348.350``; ``product`` is its name."""

    name: str
    build: str
    product: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node after its build was set, and warnings about that build or the text it came from."""

    node: Node
    warnings: tuple[str, ...]


class NodeStore(Protocol):
    """Storage of the farm's nodes."""

    def lock(self) -> None:
        """Let nobody else change nodes until the transaction that this thread is in ends."""

    def nodes(self) -> Sequence[Node]:
        """Return all nodes in the order in which they were added."""

    def node(self, name: str) -> Node | None:
        """Return the node of that name, or None."""

    def save_nodes(self, nodes: Sequence[Node]) -> None:
        """Add nodes, or replace those of the same name; all or none."""

    def rename_node(self, name: str, new_name: str) -> bool:
        """Give a node a name that no other has; returns False, and changes nothing, if one has."""

    def remove_node(self, name: str) -> bool:
        """Remove a node; returns False if there is none of that name."""


class Farm:
    """Lists, changes and removes the nodes in a store."""

    def __init__(self, store: NodeStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def lock(self) -> None:
        """Let nobody else change nodes until the transaction that this thread is in ends.

        What is read after it is what the change of this transaction meets.
        """
        self._store.lock()

    def nodes(self) -> tuple[Node, ...]:
        """Return all nodes in the order in which they were added."""
        return tuple(self._store.nodes())

    def node(self, name: str) -> Node | None:
        """Return the node of that name, or None."""
        return self._store.node(name)

    def first(self) -> Node | None:
        """Return the node that was added first, or None."""
        return next(iter(self._store.nodes()), None)

    def set_build(self, name: str, text: str, by: str) -> NodeChange:
        """Set the build of a node, which is added if there is none of that name.

        *text* is a build, a KB number, or what a command on the server printed. A build that is not
        in the update catalogue gives a warning. Raises :class:`BadNode`, and what
        :func:`adapter.windows.read_build` raises.
        """
        change = self.plan(name, text, by)
        self._store.save_nodes([change.node])
        return change

    def import_csv(self, text: str, by: str) -> tuple[NodeChange, ...]:
        """Set the builds from CSV text with the columns ``name`` and ``build``, all or none.

        Raises :class:`~idp.csv_table.CsvFaults` with every fault of the text.
        """
        rows, faults = read_rows(text, required=("name", "build"))
        faults += _repeated(rows)
        changes = []
        for row in rows:
            try:
                changes.append(self.plan(row["name"], row["build"], by))
            except TallystickError as error:
                faults.append(f"line {row.line}: {str(error).removesuffix('.')}")
        if faults:
            raise CsvFaults(faults)
        self._store.save_nodes([change.node for change in changes])
        return tuple(changes)

    def rename(self, name: str, new_name: str) -> Node:
        """Give a node another name, and return it; its build and place in the list stay.

        Raises :class:`BadNode` if there is no such node, or the new name is not free or no name.
        """
        node = self._store.node(name)
        if node is None:
            raise BadNode(
                sentence("There is no node {name}", name=repr(name)),
                sentence("See tallystick server list"),
            )
        _check_name(new_name)
        if not self._store.rename_node(name, new_name):
            raise BadNode(
                sentence("There is a node {new_name} already", new_name=repr(new_name)),
                sentence("Choose another name"),
            )
        return replace(node, name=new_name)

    def remove(self, name: str) -> None:
        """Remove a node. Raises :class:`BadNode` if there is none of that name."""
        if not self._store.remove_node(name):
            raise BadNode(
                sentence("There is no node {name}", name=repr(name)),
                sentence("See tallystick server list"),
            )

    def plan(self, name: str, text: str, by: str) -> NodeChange:
        """Return what :meth:`set_build` would store, and store nothing; raises the same."""
        from adapter.windows import read_build  # what only shows nodes reads no text

        _check_name(name)
        reading = read_build(text)
        build = reading.build
        if build is None:
            raise BadNode(sentence("The text names no build"), sentence("Give one like 20348.350"))
        product = product_name(build.base) or UNKNOWN_PRODUCT
        node = Node(name, str(build), product, self._clock.now(), by)
        return NodeChange(node, (*reading.warnings, *describe(build).warnings))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadNode(
            sentence("{name} is no name for a node", name=repr(name)),
            sentence("Use up to 63 letters, digits, dots, dashes and underscores"),
        )


def _repeated(rows: Sequence[CsvRow]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        if row["name"] in seen:
            yield f"line {row.line}: {row['name']!r} is in the file twice"
        seen.add(row["name"])
