"""Metadata in the encodings that service providers write it in."""

from __future__ import annotations

import codecs

import pytest
from support.service_providers.field_metadata import field_metadata
from support.service_providers.metadata_parts import ACS, SP_ID, entities, entity, role

from idp.saml.metadata import BadMetadata, read_metadata
from idp.saml.metadata_text import encode, to_utf8

NAME = "Universität Köln"


def text_that_declares(encoding: str | None) -> str:
    info = f"<md:Extensions><mdui:UIInfo><mdui:DisplayName>{NAME}</mdui:DisplayName>"
    xml = entity(role(f"{info}</mdui:UIInfo></md:Extensions>{ACS}"))
    return xml if encoding is None else f'<?xml version="1.0" encoding="{encoding}"?>{xml}'


@pytest.mark.parametrize(
    ("encoding", "declared", "mark"),
    [
        ("utf-8",        None,           b""),
        ("utf-8",        "UTF-8",        b""),
        ("utf-8",        "utf-8",        codecs.BOM_UTF8),
        ("utf-8",        "utf-16",       b""),
        ("utf-8",        "iso-8859-1",   codecs.BOM_UTF8),
        ("utf-16-le",    "UTF-16",       codecs.BOM_UTF16_LE),
        ("utf-16-be",    "UTF-16",       codecs.BOM_UTF16_BE),
        ("utf-16-le",    "UTF-16LE",     b""),
        ("utf-16-be",    "UTF-16BE",     b""),
        ("utf-16-le",    None,           codecs.BOM_UTF16_LE),
        ("utf-16-be",    None,           codecs.BOM_UTF16_BE),
        ("utf-16-le",    "utf-8",        codecs.BOM_UTF16_LE),
        ("iso-8859-1",   "ISO-8859-1",   b""),
        ("iso-8859-1",   "latin1",       b""),
        ("windows-1252", "windows-1252", b""),
        ("windows-1252", "Windows-1252", b""),
    ],
)  # fmt: skip
def test_metadata_is_read_in_the_encoding_that_it_is_in(encoding, declared, mark):
    found = read_metadata(mark + text_that_declares(declared).encode(encoding))

    assert found.service_provider.display_name == NAME
    assert read_metadata(found.document) == found


@pytest.mark.parametrize("declared", ["utf-16", "iso-8859-1", "koi8-r", None])
def test_a_text_is_read_whatever_encoding_it_declares(declared):
    content = encode(text_that_declares(declared))

    assert to_utf8(content) == content
    assert read_metadata(content).service_provider.display_name == NAME


@pytest.mark.parametrize("file", ["md-utf16le-bom-decl-utf16", "md-latin1-declared"])
def test_files_of_the_field_are_read(file):
    assert read_metadata(field_metadata(file)).service_provider.display_name.startswith(
        "Universitä"
    )


def test_the_euro_sign_of_windows_is_no_control_character():
    xml = entity(entity_id="https://sp.example.test/€")
    declared = f'<?xml version="1.0" encoding="windows-1252"?>{xml}'

    found = read_metadata(declared.encode("windows-1252")).service_provider

    assert found.entity_id == "https://sp.example.test/€"


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="windows-1252"?><a>\x81</a>',
        b'<?xml version="1.0" encoding="koi8-r"?><a>\xc1</a>',
        b'<?xml version="1.0" encoding="utf-7"?><a>\xc1</a>',
        codecs.BOM_UTF16_LE + b"<\0a",
        codecs.BOM_UTF16_LE + "<a>".encode("utf-16-le") + b"\x00\xd8",
        codecs.BOM_UTF32_LE + entity().encode("utf-32-le"),
        entity().encode("utf-32-be"),
        b"\x4c\x6f\xa7\x94\x93",
    ],
)
def test_what_is_in_another_encoding_or_in_none_is_refused(content):
    with pytest.raises(BadMetadata):
        read_metadata(content)


def test_an_encoding_whose_letters_are_all_ascii_does_not_matter():
    declared = f'<?xml version="1.0" encoding="iso-8859-15"?>{entity()}'

    assert read_metadata(declared.encode()).service_provider.entity_id == SP_ID


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_signature_survives_the_change_of_the_encoding(encoding, writer, identities):
    name = "https://sp.example.test/ü"
    whole = entities(entity(entity_id=name), attributes=' ID="_all"')
    signed = writer.sign(whole.encode()).decode()
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{signed}'
    certificate = identities.sp.certificate

    found = read_metadata(declared.encode(encoding), signed_by=certificate)

    assert found.service_provider.entity_id == name
    with pytest.raises(BadMetadata, match="signature"):
        read_metadata(declared.replace("/acs", "/acz").encode(encoding), signed_by=certificate)
