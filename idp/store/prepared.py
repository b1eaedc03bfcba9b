"""Statements of the hot path: compiled once by SQLAlchemy, then executed by the driver.

SQLAlchemy writes the SQL and the conversions of values. Its own execution is left out, because it
takes longer than the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, exc
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine

from idp.store.postgresql import pipeline, wait_in

Conversions = tuple[tuple[int, Callable[[Any], Any]], ...]
"""Which places of a list are converted, and how; most are not."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one dialect. A parameter has a name, and a *fixed* value if it is given."""

    sql: str
    positional: bool
    names: tuple[str, ...]
    fixed: tuple[Any, ...]
    of_parameters: Conversions
    of_columns: Conversions

    def bind(self, values: Mapping[str, Any]) -> Any:
        bound = list(map(values.get, self.names, self.fixed))
        for place, convert in self.of_parameters:
            bound[place] = convert(bound[place])
        return bound if self.positional else dict(zip(self.names, bound, strict=True))

    def row(self, raw: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.of_columns:
            return raw
        row = list(raw)
        for place, convert in self.of_columns:
            if row[place] is not None:
                row[place] = convert(row[place])
        return tuple(row)


class Asked:
    """The result of a statement, which may still be on its way."""

    __slots__ = ("_compiled", "_connection", "_cursor")

    def __init__(self, connection: Connection, compiled: _Compiled, cursor: Any) -> None:
        self._connection = connection
        self._compiled = compiled
        self._cursor = cursor

    def first(self) -> tuple[Any, ...] | None:
        """Return the first row, converted; None without a row."""
        try:
            raw = self._cursor.fetchone()
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise self._error(error) from error
        self._cursor.close()
        return None if raw is None else self._compiled.row(raw)

    def all(self) -> list[tuple[Any, ...]]:
        """Return all rows, converted."""
        try:
            raws = self._cursor.fetchall()
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise self._error(error) from error
        self._cursor.close()
        return list(map(self._compiled.row, raws)) if self._compiled.of_columns else raws

    def count(self) -> int:
        """Return how many rows were written; it can be asked after the transaction, too."""
        if self._cursor.rowcount < 0:  # nobody has waited for it yet
            try:
                wait_in(self._connection)
            except self._connection.dialect.loaded_dbapi.Error as error:
                raise self._error(error) from error
        count: int = self._cursor.rowcount
        return count

    def _error(self, error: Exception) -> exc.DBAPIError:
        return exc.DBAPIError(self._compiled.sql, None, error)


class Prepared:
    """A statement without expanding parameters.

    *returns* are the types of the columns it returns; a SELECT knows them itself.
    """

    def __init__(self, statement: ClauseElement, returns: tuple[TypeEngine[Any], ...] = ()) -> None:
        self._statement = statement
        self._returns = returns or _types_of(statement)
        self._compiled: dict[str, _Compiled] = {}

    def first(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Execute the statement and return the first row, converted; None without a row."""
        return self.ask(connection, values).first()

    def one(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Execute a statement that always returns a row, and return that row, converted."""
        row = self.first(connection, values)
        if row is None:
            raise exc.NoResultFound
        return row

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute the statement and return all rows, converted."""
        return self.ask(connection, values).all()

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Execute a statement of whose result nobody asks.

        In a transaction on PostgreSQL, its error is raised by what is asked for next, or at the
        commit.
        """
        self.ask(connection, values)

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> Asked:
        """Execute the statement, and return what its result can be asked for.

        Several are executed before the first is asked for where a transaction on PostgreSQL should
        wait once for all of them.
        """
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(
                self._statement, self._returns, dialect
            )
        driver: Any = connection.connection.dbapi_connection
        try:
            cursor = driver.execute(compiled.sql, compiled.bind(values))
        except dialect.loaded_dbapi.Error as error:
            raise exc.DBAPIError(compiled.sql, None, error) from error
        return Asked(connection, compiled, cursor)


Question = tuple[Prepared, Mapping[str, Any]]
"""A query and its values."""

Read = Callable[[Prepared, Mapping[str, Any]], list[tuple[Any, ...]]]
"""Returns all rows of a query: in a transaction, or as a request has read them."""


def reading(connection: Connection) -> Read:
    """Return what reads with this connection."""
    return lambda query, values: query.all(connection, values)


def all_of(connection: Connection, questions: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
    """Execute several SELECTs and return the rows of each; PostgreSQL is waited for once."""
    if connection.dialect.name != "postgresql":
        return [query.all(connection, values) for query, values in questions]
    with pipeline(connection):
        asked = [query.ask(connection, values) for query, values in questions]
    return [each.all() for each in asked]


def _types_of(statement: ClauseElement) -> tuple[TypeEngine[Any], ...]:
    if not isinstance(statement, Select):
        return ()
    return tuple(column.type for column in statement.selected_columns)


def _compile(
    statement: ClauseElement, returns: tuple[TypeEngine[Any], ...], dialect: Dialect
) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    names = compiled.positiontup if compiled.positional else tuple(compiled.binds)
    binds = [compiled.binds[name] for name in names]
    return _Compiled(
        str(compiled),
        bool(compiled.positional),
        tuple(names),
        tuple(bind.value for bind in binds),
        _needed(bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds),
        _needed(each.dialect_impl(dialect).result_processor(dialect, None) for each in returns),
    )


def _needed(processors: Iterable[Callable[[Any], Any] | None]) -> Conversions:
    return tuple((place, each) for place, each in enumerate(processors) if each is not None)
