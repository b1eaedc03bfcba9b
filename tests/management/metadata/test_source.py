"""Sources of metadata: files, URLs and content that was sent; what may be said of a response."""

from __future__ import annotations

import pytest

from adapter.errors import TallystickError
from idp.management.metadata.source import (
    MetadataSourceError,
    Source,
    content_of,
    is_url,
    without_details,
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://sp.example.test/metadata", True),
        ("http://sp.example.test", True),
        ("file:///etc/passwd", True),
        ("metadata.xml", False),
        ("/srv/metadata/sp.xml", False),
        ("C:\\metadata\\sp.xml", False),
    ],
)
def test_a_url_is_distinguished_from_a_path(source, expected):
    assert is_url(source) is expected
    assert Source(source).is_remote is expected
    assert not Source(source, content=b"sent").is_remote


def test_content_that_was_sent_is_used_whatever_the_place_is_called(tmp_path):
    assert content_of(None, Source("https://sp.example.test", content=b"sent")) == b"sent"


def test_a_file_is_read(tmp_path):
    (tmp_path / "sp.xml").write_bytes(b"<x/>")

    assert content_of(None, Source(str(tmp_path / "sp.xml"))) == b"<x/>"


def test_a_file_that_cannot_be_read_is_named_with_the_cause(tmp_path):
    with pytest.raises(MetadataSourceError, match=r"none\.xml cannot be read: No such file"):
        content_of(None, Source(str(tmp_path / "none.xml")))


def test_an_error_about_a_fetched_response_keeps_its_code_and_loses_its_sentence():
    source = Source("https://sp.example.test")
    with pytest.raises(MetadataSourceError) as caught, without_details(source):
        raise TallystickError("The page says: salaries", code="bad_metadata")

    assert caught.value.code == "bad_metadata"
    assert "salaries" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_error_about_a_file_is_left_as_it_is():
    error = TallystickError("line 7 is wrong")
    with pytest.raises(TallystickError) as caught, without_details(Source("sp.xml")):
        raise error

    assert caught.value is error
