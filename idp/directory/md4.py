"""The hash function MD4 (RFC 1320), of which Windows makes the NT hash of a password.

Broken as a hash function, and part of MS-CHAP all the same: OpenSSL 3 has it switched off, and
``cryptography`` does not have it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

_MASK: Final = 0xFFFFFFFF
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)

_ROUNDS: Final = (
    # constant    shifts            order of the words of a block
    (0x00000000, (3, 7, 11, 19), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
    (0x5A827999, (3, 5, 9, 13),  (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
    (0x6ED9EBA1, (3, 9, 11, 15), (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)),
)  # fmt: skip


def md4(data: bytes) -> bytes:
    """Return the 16 octets of MD4 of *data*."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + struct.pack("<Q", len(data) * 8)
    state = _START
    for words in struct.iter_unpack("<16I", padded):
        state = _add_block(state, words)
    return struct.pack("<4I", *state)


def _add_block(state: tuple[int, int, int, int], words: Sequence[int]) -> tuple[int, int, int, int]:
    a, b, c, d = state
    for number, (constant, shifts, order) in enumerate(_ROUNDS):
        for step, word in enumerate(order):
            if number == 0:
                mixed = (b & c) | (~b & d)
            elif number == 1:
                mixed = (b & c) | (b & d) | (c & d)
            else:
                mixed = b ^ c ^ d
            total = (a + mixed + words[word] + constant) & _MASK
            shift = shifts[step % 4]
            a, b, c, d = d, ((total << shift) | (total >> (32 - shift))) & _MASK, b, c
    a, b, c, d = ((old + new) & _MASK for old, new in zip(state, (a, b, c, d), strict=True))
    return a, b, c, d
