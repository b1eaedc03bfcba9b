"""Problem details (:mod:`idp.web.problem`) as Flask's response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

from idp.web.activity import activity_id
from idp.web.problem import CONTENT_TYPE, problem_details


def problem_response(told: Mapping[str, Any], status: int) -> Response:
    """Return the response of an error, of which *told* has ``error``, ``problem``, ``remedy``."""
    details = problem_details(told, status, activity_id())
    return Response(json.dumps(details), status, content_type=CONTENT_TYPE)
