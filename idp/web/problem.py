"""Errors as problem details (RFC 9457), the form of every error below ``/admin/api/``.

The members ``error``, ``problem`` and ``remedy`` are the product's own: the code, and the two
sentences. ``type`` points at the code in the OpenAPI document of the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

API = "/admin/api/"
CONTENT_TYPE = "application/problem+json"
DOCUMENT = f"{API}openapi.json"


def is_for_api(path: str) -> bool:
    """Say whether errors at this path are problem details."""
    return path.startswith(API)


def problem_details(told: Mapping[str, Any], status: int, activity_id: str = "") -> dict[str, Any]:
    """Return problem details of an error.

    *told* has ``error``, ``problem``, ``remedy``, and what else the error tells; all of it is kept.
    ``instance`` is the Activity ID, under which the log has this request too; a request that is
    refused before it has one has no ``instance``.
    """
    sentences = (str(told[name]).rstrip(".") for name in ("problem", "remedy") if told[name])
    details = {
        "type": f"{DOCUMENT}#/x-error-codes/{told['error']}",
        "title": title_of(told["error"]),
        "status": status,
        "detail": ". ".join(sentences) + ".",
        **({"instance": f"urn:uuid:{activity_id}"} if activity_id else {}),
    }
    return {**details, **told}


def title_of(code: str) -> str:
    """Return a code in words: ``Not found``."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]
