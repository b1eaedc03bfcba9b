"""Random text: identifiers that a command takes as they are."""

from __future__ import annotations

from random import Random

from adapter.mfa.tokens import token


def test_no_identifier_looks_like_an_option():
    random = Random(1)  # noqa: S311 - the same texts each time
    texts = {token(random) for _ in range(1000)}

    assert len(texts) == 1000
    assert not any(text.startswith("-") for text in texts)
