"""Reads forms, of a bounded number of fields: a mebibyte of empty ones would take a second."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from idp.web.body_limits import MAX_FORM_FIELDS

_URL_ENCODED = "application/x-www-form-urlencoded"


class FieldParser(FormDataParser):
    """Werkzeug's parser, which bounds the parts of multipart forms alone."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the rest of the body, the fields and the files.

        Raises RequestEntityTooLarge for more than :data:`MAX_FORM_FIELDS` fields.
        """
        if mimetype == _URL_ENCODED:
            body = stream.read()
            if body.count(b"&") >= MAX_FORM_FIELDS:
                raise RequestEntityTooLarge
            stream = io.BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)  # type: ignore[arg-type]  # it only reads them
