"""Splits DER (ITU-T X.690) into its elements, and writes elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER, BIT_STRING, UTF8_STRING, PRINTABLE_STRING = 0x02, 0x03, 0x0C, 0x13
SEQUENCE, SET = 0x30, 0x31

_MAX_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag (one byte), its content, and all of it as encoded."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self) -> list[Element]:
        """Return the elements in this one; raises ValueError if the last one is cut."""
        return list(split(self.content))


def split(data: bytes) -> Iterator[Element]:
    """Yield the elements that follow one another in *data*; raises ValueError if one is cut."""
    position = 0
    while position < len(data):
        begin, end = _content(data, position)
        yield Element(data[position], data[begin:end], data[position:end])
        position = end


def write(tag: int, *parts: bytes) -> bytes:
    """Return an element with this *tag*, whose content is the *parts* one after another."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(size))) + size + content


def _content(data: bytes, position: int) -> tuple[int, int]:
    """Return where the content of the element at *position* begins and ends."""
    begin = position + 2
    length = data[position + 1] if begin <= len(data) else len(data)
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= _MAX_LENGTH_BYTES:
            raise ValueError("an element of the DER has no definite length")
        length = int.from_bytes(data[begin : begin + size])
        begin += size
    if begin + length > len(data):
        raise ValueError("the DER is cut")
    return begin, begin + length
