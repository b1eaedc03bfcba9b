"""Pages of long lists: ``limit``, and the address of the next page in the header ``Link``.

A client that follows ``Link`` with ``rel="next"`` (RFC 8288) needs to know no parameter. Lists that
were whole before there were pages are whole without a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, request

LINK = {"Link": {"description": "The next page, with rel=next", "schema": {"type": "string"}}}


def with_next(answer: Response, parameters: Mapping[str, object] | None) -> Response:
    """Return a page with the address of the next one, of which these are the parameters.

    None stands for the last page. Parameters that are empty are left out.
    """
    if parameters is not None:
        given = {name: value for name, value in parameters.items() if value not in ("", None)}
        answer.headers["Link"] = f'<{request.path}?{urlencode(given)}>; rel="next"'
    return answer
