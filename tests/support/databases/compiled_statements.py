"""SQL statements, compiled once for all databases of a process.

SQLAlchemy keeps what it compiles for each engine, and nearly every test has an engine of its own: a
tenth of a sign-in's test was spent on compiling the same statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event


class _Compiled(dict[tuple[Any, ...], Any]):
    """Compiled statements by SQLAlchemy's own keys, with the kind of a dialect in its place.

    Dialects of one kind have the same settings here, whichever engine they belong to.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


_compiled = _Compiled()


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)
