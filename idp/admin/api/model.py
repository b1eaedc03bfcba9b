"""The base classes of the models of bodies, parameters and answers of the REST API.

Models of requests check what is sent, and every model describes itself in the OpenAPI document.
Answers are made by the use cases; a test compares them with their models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from adapter.errors import TallystickError
from idp.admin.api.json_body import BadBody
from idp.admin.paging import MAX_ID, BadPage

MAX_NAME_SHOWN = 40
MAX_PAGE_SIZE = 1000

_FAULTS = {
    # type of pydantic     what is wrong
    "bool_type":           "is neither true nor false",
    "dict_type":           "is not an object",
    "int_type":            "is not a whole number",
    "list_type":           "is not a list of texts",
    "missing":             "is missing",
    "model_type":          "is not an object",
    "string_type":         "is not a text",
}  # fmt: skip


class Body(BaseModel):
    """The JSON object of a request's body. Other members than its fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the body of these members; raises :class:`BadBody`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _bad_body(cls, error.errors(include_url=False)[0]) from None


class FreeBody(Body):
    """A body whose members are not known here: names of settings, for example."""

    model_config = ConfigDict(extra="allow")

    @property
    def members(self) -> dict[str, Any]:
        """All members of the body."""
        return dict(self.__pydantic_extra__ or {})


class Query(BaseModel):
    """The parameters of an address, all of them optional. Others are ignored."""

    model_config = ConfigDict(extra="ignore", defer_build=True)

    refused_as: ClassVar[type[TallystickError]] = BadPage
    keeps_empty: ClassVar[bool] = False
    """Whether an empty parameter is a value; else it counts as missing."""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """Return the parameters; raises :attr:`refused_as`."""
        names = [name for name in cls.model_fields if name in values]
        given = {name: values[name] for name in names if values[name] or cls.keeps_empty}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            name = str(fault["loc"][0])
            example, *_ = map(json.dumps, cls.model_fields[name].examples or [50])
            raise cls.refused_as(
                f"{name} {_sentence(fault)}", f"Send {name}={example}, or leave it out"
            ) from None


class Shown(BaseModel):
    """An answer, or a part of one. A field with a default may be missing."""

    model_config = ConfigDict(defer_build=True)


def _digits(text: object) -> object:
    """Let only plain digits pass as a number: no sign, no fraction, no digits of other scripts."""
    return text if not isinstance(text, str) or (text.isascii() and text.isdigit()) else None


WholeNumber = Annotated[int, BeforeValidator(_digits)]
Place = Annotated[WholeNumber, Field(ge=0, le=MAX_ID)]
PageSize = Annotated[WholeNumber, Field(ge=1, le=MAX_PAGE_SIZE)]
Serial = Annotated[WholeNumber, Field(ge=1, le=MAX_ID)]
"""The number of a row, as ``before`` and ``after`` of a page have it."""


def _bad_body(model: type[BaseModel], fault: ErrorDetails) -> BadBody:
    name = ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return BadBody(
            f"The body holds {name[:MAX_NAME_SHOWN]!r}", f"Send {', '.join(model.model_fields)}"
        )
    return BadBody(f"{name[:MAX_NAME_SHOWN]} {_sentence(fault)}", f"Send {_example_of(model)}")


def _sentence(fault: ErrorDetails) -> str:
    known = _FAULTS.get(fault["type"])
    return known or "cannot be used: " + fault["msg"][:1].lower() + fault["msg"][1:]


def _example_of(model: type[BaseModel]) -> str:
    """Return a body in short: the members that must be there, or all of them."""
    fields = model.model_fields
    required = [name for name, each in fields.items() if each.is_required()]
    return ", ".join(required or fields)
