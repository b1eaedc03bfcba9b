"""Reading XML of strangers: what is refused, and what it may cost."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.saml import xml
from idp.saml.refusal import Refused
from idp.saml.xml import MAX_BYTES, MAX_DEPTH, parse, text_of


def code_of(message: bytes) -> str:
    with pytest.raises(Refused) as caught:
        parse(message)
    return caught.value.code


def nested(depth: int, name: str = "Issuer") -> bytes:
    return f"{f'<{name}>' * depth}{f'</{name}>' * depth}".encode()


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Issuer>",
        '<!DOCTYPE Issuer SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Issuer PUBLIC "x" "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE Issuer [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Issuer [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE Issuer [<!ATTLIST Issuer ID CDATA "x">]>',
    ],
)
def test_a_document_type_is_refused(doctype):
    assert code_of(f"{doctype}<Issuer>x</Issuer>".encode()) == "doctype"
    assert code_of(f'<?xml version="1.0"?>\n{doctype}<Issuer/>'.encode()) == "doctype"


def test_an_entity_that_nobody_declared_is_refused():
    assert code_of(b"<Issuer>&x;</Issuer>") == "not_xml"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7"])
def test_a_document_type_cannot_hide_in_another_encoding(encoding):
    text = '<?xml version="1.0"?><!DOCTYPE Issuer [<!ENTITY x "y">]><Issuer>&x;</Issuer>'

    assert code_of(text.encode(encoding)) in ("not_xml", "doctype")


def test_the_encoding_that_a_message_declares_is_not_followed():
    for encoding in ("iso-8859-1", "made-up"):
        utf8 = f'<?xml version="1.0" encoding="{encoding}"?><Issuer>ü</Issuer>'.encode()

        assert text_of(parse(utf8)) == "ü"
        assert code_of(utf8.decode().encode("iso-8859-1")) == "not_xml"


def test_a_byte_order_mark_is_allowed():
    assert text_of(parse(b"\xef\xbb\xbf<Issuer>x</Issuer>")) == "x"


@pytest.mark.parametrize("name", ["Issuer", "made-up"])
def test_ten_thousand_nested_elements_are_refused(name):
    assert code_of(nested(MAX_DEPTH + 1, name)) == "message_too_deep"
    assert code_of(b"<a>" * 10_000) == "message_too_deep"
    assert parse(nested(MAX_DEPTH, name)).tag == name


def test_a_message_that_is_too_large_is_refused():
    assert code_of(b"<Issuer>" + b"x" * MAX_BYTES + b"</Issuer>") == "message_too_large"


@pytest.mark.parametrize(
    "xml",
    [b"", b" ", b"x", b"<a>", b"<a></b>", b"<a/><b/>", b"<a x='1' x='2'/>", b"<a>\0</a>",
     b"<a>\xff</a>", b"<a>&#0;</a>", b"<a>&#xFFFE;</a>", b"<a b=<c>/>", b"<!-- -- --><a/>",
     b"<p:a/>", b"<a xmlns:p=''/>"],
)  # fmt: skip
def test_a_document_that_is_not_well_formed_is_refused(xml):
    assert code_of(xml) == "not_xml"


def test_an_inclusion_is_not_followed():
    xml = b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></a>'

    assert text_of(parse(xml)) == ""


@pytest.mark.parametrize(
    "inner",
    ["one<!-- -->two", "one<?a b?>two", "<![CDATA[one]]>two", "one<b/>two", "one<b>two</b>",
     "\n\tone&#116;wo "],
)  # fmt: skip
def test_text_is_read_whole(inner):
    assert text_of(parse(f"<Issuer>{inner}</Issuer>".encode())) == "onetwo"


PIECES = ["a", " ", "\r\n", "&amp;", "<!-- b -->", "<?c d?>", "<![CDATA[<e>]]>", "<f>g</f>", "<f/>"]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8))
def test_text_is_read_as_the_function_string_of_xpath_reads_it(pieces):
    root = parse(f"<Issuer>{''.join(pieces)}</Issuer>".encode())
    assert text_of(root) == root.xpath("string()").strip(" \t\r\n")


def test_each_thread_has_a_parser_of_its_own_and_keeps_it():
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(xml._parser)
    assert xml._parser() is xml._parser()
    assert xml._parser() is not theirs.result()


def test_a_parser_that_refused_a_message_takes_the_next_one():
    for broken in (b"<Issuer>", b"<Issuer>&made-up;</Issuer>", b"\xff"):
        with pytest.raises(Refused):
            xml._tree(broken)
        assert text_of(xml._tree(b"<Issuer>x</Issuer>")) == "x"


@given(xml=st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(xml):
    with contextlib.suppress(Refused):
        parse(xml)


@given(parts=st.lists(st.sampled_from(
    ["<", ">", "/", "a", "saml:", "!", "[", "]", "?", "&", ";", "'", "=", " ", "xmlns", "<a>",
     "</a>", "<a/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>"])))  # fmt: skip
def test_any_markup_is_parsed_or_refused(parts):
    with contextlib.suppress(Refused):
        parse("".join(parts).encode())


MADE_UP_NAMES = """
import itertools, json, pathlib, resource
from idp.saml.xml import parse
KINDS = {
    "element": "<n{0:x}/>",
    "attribute": '<Issuer n{0:x}=""/>',
    "prefix": '<Issuer xmlns:n{0:x}="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    "namespace": '<Issuer xmlns="urn:n{0:x}"/>',
    "unused namespace": '<Issuer xmlns:saml="urn:n{0:x}"/>',
    "instruction": "<?n{0:x} x?>",
    "cut": "<Issuer><n{0:x}",
}
numbers = itertools.count(10**6)
def read(kind, messages):
    for _ in range(messages):
        parts = [KINDS[kind].format(next(numbers)) for _ in range(300)]
        try:
            parse(f"<Issuer Format=''>{''.join(parts)}</Issuer>".encode())
        except Exception:
            assert kind == "cut"
def peak():  # in KiB; on Linux getrusage would give the peak of whoever started this process
    try:
        status = pathlib.Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(status.partition("VmHWM:")[2].split()[0])
grown = {}
for kind in KINDS:
    read(kind, 20)
    before = peak()
    read(kind, 300)
    grown[kind] = peak() - before
print(json.dumps(grown))
"""


def test_names_that_strangers_make_up_do_not_stay_in_memory():
    """libxml2 keeps a thread's names for ever: without the thread of its own, 5 MB of each kind."""
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", MADE_UP_NAMES], capture_output=True, text=True, check=True
    )

    assert {kind: grown for kind, grown in json.loads(done.stdout).items() if grown > 1_500} == {}


def test_a_document_type_that_the_scan_missed_is_refused_by_the_tree():
    with pytest.raises(Refused):
        xml._tree(b"<!DOCTYPE a><a/>")


def test_an_entity_that_the_scan_missed_would_be_neither_expanded_nor_loaded(tmp_path):
    """With ``collect_ids=False`` alone, lxml reads the file of a DTD."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    outside = f'<!DOCTYPE a SYSTEM "{secret.as_uri()}"><a/>'
    entities = ('"secret"', f'SYSTEM "{secret.as_uri()}"')

    for entity in entities:
        root = etree.fromstring(f"<!DOCTYPE a [<!ENTITY e {entity}>]><a>&e;</a>", xml._parser())
        assert "secret" not in "".join(root.itertext())
    with pytest.raises(Refused, match="document type"):
        etree.fromstring(outside, xml._parser())


def test_a_document_that_is_too_deep_would_not_be_built():
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(nested(500), xml._parser())
