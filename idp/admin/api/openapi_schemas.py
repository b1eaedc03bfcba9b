"""The schemas of the OpenAPI document: of all models that the views declare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field, TypeAdapter

from idp.admin.api.model import Shown
from idp.admin.api.operation import operation_of

REFERENCE = "#/components/schemas/{model}"


class Problem(Shown):
    """Problem details (RFC 9457), with the members of every error of this server."""

    type: str = Field(examples=["/admin/api/openapi.json#/x-error-codes/not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no node 'sts9'. See /admin/api/nodes."])
    instance: str = Field("", description="The Activity ID, as in the log, as a URN")
    error: str = Field(description="The code, which never changes", examples=["not_found"])
    problem: str = Field(examples=["There is no node 'sts9'"])
    remedy: str = Field(examples=["See /admin/api/nodes"])
    faults: Any = Field(None, description="Which of several given values are wrong, and why")


class Schemas:
    """JSON Schemas (2020-12) of types; models are components, which others refer to."""

    def __init__(self, views: Iterable[object]) -> None:
        self._types: dict[int, TypeAdapter[Any]] = {}
        self._add(Problem)
        for view in views:
            operation = operation_of(view)
            if operation is not None:
                for each in (operation.answer, operation.body, operation.query):
                    self._add(each)
        made, definitions = TypeAdapter.json_schemas(
            [(key, "validation", adapter) for key, adapter in self._types.items()],
            ref_template=REFERENCE,
        )
        self.components: dict[str, Any] = definitions.get("$defs", {})
        self._schemas = {key: schema for (key, _mode), schema in made.items()}

    def of(self, declared: object) -> dict[str, Any]:
        """Return the schema of a type that a view declares; a reference for a model."""
        return dict(self._schemas[id(declared)])

    def properties_of(self, model: object) -> dict[str, Any]:
        """Return the schemas of the fields of a model."""
        name = self.of(model)["$ref"].rpartition("/")[2]
        properties: dict[str, Any] = self.components[name]["properties"]
        return properties

    def _add(self, declared: Any) -> None:
        if declared is not None and id(declared) not in self._types:
            self._types[id(declared)] = TypeAdapter(declared)
