"""Several writes of one thread as one transaction: a change, and its entry in the audit log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from sqlalchemy import Connection, exc

Begin = Callable[[], AbstractContextManager[Connection]]


class JointTransaction:
    """One transaction, which begins with the first write, so that nothing slow holds it open.

    Each further write is a savepoint: an error that its caller handles undoes that write only.
    """

    def __init__(self, begin: Begin, stack: ExitStack) -> None:
        self._begin = begin
        self._stack = stack
        self._fault: BaseException | None = None
        self.connection: Connection | None = None

    def begin(self) -> Connection:
        """Begin the transaction now, if it has not begun, and return its connection."""
        if self.connection is None:
            self.connection = self._stack.enter_context(self._begin())
        return self.connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend the connection for one write."""
        connection = self.begin()
        connection.exec_driver_sql("SAVEPOINT joint")
        try:
            yield connection
            connection.exec_driver_sql("RELEASE SAVEPOINT joint")  # waits for errors until here
        except BaseException as error:
            if isinstance(error, exc.DBAPIError) and not isinstance(error, exc.IntegrityError):
                self._fault = error
            with suppress(exc.SQLAlchemyError):
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT joint")
            raise

    def must_be_whole(self) -> None:
        """Raise the error of a write that may have ended the transaction, whoever handled it."""
        if self._fault is not None:
            raise self._fault


class JointOfThread(threading.local):
    """The joint transaction that a thread is in, None without one."""

    current: JointTransaction | None = None
