"""The farm's nodes in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import bindparam, delete, select, update

from idp.federation.farm import Node
from idp.store.engine import Database
from idp.store.schema import nodes
from idp.store.upsert import upsert

_NODES = select(*(nodes.c[field.name] for field in fields(Node))).order_by(nodes.c.serial)
_NODE = _NODES.where(nodes.c.name == bindparam("name"))
_RENAME = update(nodes).where(nodes.c.name == bindparam("of_name"))
_REMOVE = delete(nodes).where(nodes.c.name == bindparam("name")).returning(nodes.c.name)


class SqlNodeStore:
    """The :class:`~idp.federation.farm.NodeStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lock(self) -> None:
        """Let nobody else change nodes until this thread's joint transaction ends."""
        with self._database.write(alone=nodes):
            pass

    def nodes(self) -> Sequence[Node]:
        """Return all nodes in the order of their creation."""
        with self._database.read() as connection:
            return [Node(*row) for row in connection.execute(_NODES)]

    def node(self, name: str) -> Node | None:
        """Return a node by its name."""
        with self._database.read() as connection:
            row = connection.execute(_NODE, {"name": name}).first()
        return None if row is None else Node(*row)

    def save_nodes(self, changed: Sequence[Node]) -> None:
        """Store nodes, new or in place of those with the same names, all or none."""
        with self._database.write(alone=nodes) as connection:
            for node in changed:
                upsert(connection, nodes, "name", asdict(node))

    def rename_node(self, name: str, new_name: str) -> bool:
        """Rename a node; return False if the new name is taken."""
        with self._database.write(alone=nodes) as connection:
            if connection.execute(_NODE, {"name": new_name}).first() is not None:
                return False
            connection.execute(_RENAME, {"of_name": name, "name": new_name})
            return True

    def remove_node(self, name: str) -> bool:
        """Remove a node; return False if there is none."""
        with self._database.write() as connection:
            return connection.execute(_REMOVE, {"name": name}).first() is not None
