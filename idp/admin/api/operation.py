"""What an operation of the REST API takes and answers, declared at the view that does it.

The same declaration checks the request (:mod:`idp.admin.api.guard`) and makes the operation's part
of the OpenAPI document (:mod:`idp.admin.api.openapi`). Its summary is the view's docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from idp.admin.api.model import Body, Query

V = TypeVar("V", bound=Callable[..., Any])

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of one operation."""

    answer: Any = None
    """The type of the answer: a model, a list of them; None for an answer without a body."""
    body: type[Body] | None = None
    """The model that the view is given as ``body``."""
    query: type[Query] | None = None
    """The model of the parameters in the address, which the view is given as ``query``."""
    status: int = 200
    errors: tuple[str, ...] = ()
    """The codes of the errors that are the operation's own."""
    content_type: str = JSON
    """Of the answer."""
    also_takes: str = ""
    """The content type of another body than JSON, which the view reads by itself."""
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Operations that take a value of the answer: their id, and by parameter a JSON pointer."""
    pages: bool = False
    """Whether the answer is a page of a list, with the address of the next one."""
    takes_key: bool = False
    """Whether it makes something, and may be sent again with the same ``Idempotency-Key``."""


def describe(
    answer: Any = None, *, status: int | None = None, errors: tuple[str, ...] = (), **more: Any
) -> Callable[[V], V]:
    """Declare what a view takes and answers; the arguments are the fields of Operation.

    The status is 200, without an *answer* 204.
    """
    default = 204 if answer is None else 200
    operation = Operation(answer=answer, status=status or default, errors=errors, **more)

    def declare(view: V) -> V:
        view.operation = operation  # type: ignore[attr-defined]
        return view

    return declare


def operation_of(view: object) -> Operation | None:
    """Return the declaration of a view, None without one."""
    found: Operation | None = getattr(view, "operation", None)
    return found


def takes_key(view: object) -> bool:
    """Say whether a view may be sent again with the same ``Idempotency-Key``."""
    found = operation_of(view)
    return found is not None and found.takes_key
