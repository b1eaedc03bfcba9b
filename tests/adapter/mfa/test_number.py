from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import NUMBER_KEY, SecondFactors, at_once, public_key, stores_on
from support.clock import SetClock

from adapter.mfa.push import number
from idp.store.engine import Database

NUMBERS = [str(value) for value in range(10, 100)]


def test_numbers_are_10_to_99_and_each_is_drawn():
    random = Random(1)  # noqa: S311 - reproducible

    drawn = Counter(number.draw(random) for _ in range(20_000))

    assert sorted(drawn) == NUMBERS
    assert max(drawn.values()) < 2 * min(drawn.values()), "none is favoured"


def test_a_digest_tells_nothing_without_the_key():
    """Ninety numbers are soon tried: without a key, or under another, none gives the digest."""
    stored = number.digest(NUMBER_KEY, "c1", "42")

    assert not [
        n for n in NUMBERS for key in (b"", b"guess") if number.digest(key, "c1", n) == stored
    ]


def test_the_same_number_of_two_challenges_has_two_digests():
    assert number.digest(NUMBER_KEY, "c1", "42") != number.digest(NUMBER_KEY, "c2", "42")


def test_only_its_own_number_matches():
    stored = number.digest(NUMBER_KEY, "c1", "42")

    assert [n for n in NUMBERS if number.matches(NUMBER_KEY, "c1", n, stored)] == ["42"]
    assert not number.matches(NUMBER_KEY, "c2", "42", stored)


@pytest.mark.parametrize(
    "text", ["", "4", "042", "42 ", "42\n", "٤٢", "４２", "4٢", "07", "-1", "\ud800"]
)
def test_text_that_is_no_number_never_matches(text):
    assert not number.matches(NUMBER_KEY, "c1", text, number.digest(NUMBER_KEY, "c1", "42"))


@given(st.text())
def test_no_text_matches_a_request_without_a_number(text):
    assert not number.matches(NUMBER_KEY, "c1", text, b"")


def test_of_three_numbers_to_tap_none_looks_like_the_right_one():
    """Wherever it stands in the row, and whatever it is, the right one is as likely as another."""
    random = Random(1)  # noqa: S311 - reproducible
    places, offered = Counter(), Counter()
    for request in range(3_000):
        right = number.draw(random)
        stored = number.digest(NUMBER_KEY, f"c{request}", right)
        choices = number.choices(NUMBER_KEY, f"c{request}", stored)
        assert right in choices
        assert list(choices) == sorted(set(choices))
        places[choices.index(right)] += 1
        offered.update(choices)

    assert min(places.values()) > 900
    assert sorted(offered) == NUMBERS
    assert max(offered.values()) < 2 * min(offered.values())


def test_another_key_offers_other_numbers_to_tap():
    stored = number.digest(NUMBER_KEY, "c1", "42")
    same = number.digest(b"another key of thirty-two bytes!", "c1", "42")

    assert number.choices(NUMBER_KEY, "c1", stored) != number.choices(
        b"another key of thirty-two bytes!", "c1", same
    )


class Drawing(Random):
    """Reproducible randomness that draws the number it is told to."""

    def __init__(self, number: int) -> None:
        super().__init__(1)
        self.number = number

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        if (start, stop) == (10, 100):
            return self.number
        return super().randrange(start, stop, step)


def sign_in(database_file: Path, random: Drawing, key: bytes) -> list[bytes]:
    """A wrong number, then the right one; return the digests kept. The file is left complete."""
    database = Database(f"sqlite:///{database_file}")
    people = SecondFactors(stores_on(database), SetClock(), random)
    phone = people.give_phone(key=key)
    first = people.send()
    people.approve(phone, first, number="11")
    second = people.send()
    assert second.number == str(random.number)
    people.approve(phone, second)
    assert people.push.collect(second.challenge.id, phone.user)
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return [first.challenge.number_digest, second.challenge.number_digest]


def test_two_sign_ins_that_differ_in_the_number_differ_on_disk_in_the_keyed_digest_alone(
    empty_file, tmp_path
):
    key = public_key()
    on_disk = []
    for drawn in (42, 77):
        file = Path(shutil.copy(empty_file, tmp_path / f"{drawn}.db"))
        digests = sign_in(file, Drawing(drawn), key)
        content = file.read_bytes()
        assert all(content.count(digest) == 1 for digest in digests)
        for digest in digests:
            content = content.replace(digest, bytes(len(digest)))
        on_disk.append(content)

    assert on_disk[0] == on_disk[1]


def test_parallel_sign_ins_do_not_share_numbers_or_nonces(mfa):
    users = [mfa.somebody() for _ in range(16)]

    started = at_once(mfa.send, users)

    assert len({s.challenge.nonce for s in started}) == len(users)
    assert len({s.challenge.number_digest for s in started}) == len(users)
