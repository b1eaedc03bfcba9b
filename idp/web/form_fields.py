"""Reads forms, of a bounded number of fields: a mebibyte of empty ones would take a second."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from idp.web.body_limits import MAX_FORM_FIELDS

URL_ENCODED = "application/x-www-form-urlencoded"


def check_fields(body: bytes) -> None:
    """Raise RequestEntityTooLarge if a plain form has more than :data:`MAX_FORM_FIELDS` fields."""
    if body.count(b"&") >= MAX_FORM_FIELDS:
        raise RequestEntityTooLarge


class FieldParser(FormDataParser):
    """Werkzeug's parser, which bounds the parts of multipart forms alone."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the rest of the body, the fields and the files; see :func:`check_fields`."""
        if mimetype == URL_ENCODED:
            body = stream.read()
            check_fields(body)
            stream = io.BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)  # type: ignore[arg-type]  # it only reads them
