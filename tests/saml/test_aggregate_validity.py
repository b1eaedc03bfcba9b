"""How long metadata holds: the limits of all elements around an entity, and how they are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.service_providers.metadata_parts import ACS, SP_ID, entities, entity, role

from idp.saml.metadata import BadMetadata, read_metadata
from idp.saml.metadata_limits import MAX_DURATION

A = "https://a.test"


def faults_of(metadata: str | bytes, *arguments, **more) -> tuple[str, ...]:
    content = metadata.encode() if isinstance(metadata, str) else metadata
    with pytest.raises(BadMetadata) as caught:
        read_metadata(content, *arguments, **more)
    assert "\n" not in str(caught.value)
    return caught.value.faults


def test_the_tightest_limit_of_all_elements_around_the_role_counts():
    limits = (
        ' validUntil="2027-03-01T00:00:00Z" cacheDuration="PT6H"',
        ' validUntil="2027-01-01T01:00:00+01:00"',
        ' cacheDuration="P1DT30M"',
    )
    whole = entities(entity(role(ACS, limits[2]), SP_ID, limits[1]), attributes=limits[0])

    validity = read_metadata(whole.encode()).validity

    assert validity.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert validity.cache_duration == timedelta(hours=6)


def test_a_limit_of_another_entity_does_not_hold_for_the_chosen_one():
    other = entity(entity_id=A, attributes=' validUntil="2020-01-01T00:00:00Z"')

    assert read_metadata(entities(other, entity()).encode(), SP_ID).validity.valid_until is None


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT1H", timedelta(hours=1)),
        ("P1Y2M3DT4H5M6.5S", timedelta(days=365 + 60 + 3, hours=4, minutes=5, seconds=6)),
        ("P7D", timedelta(days=7)),
        ("PT604800S", timedelta(days=7)),
        ("PT1446808792S", timedelta(seconds=1446808792)),
        (" \n PT1H\t", timedelta(hours=1)),
        ("P36501D", MAX_DURATION),
        (f"P{'9' * 10_000}Y", MAX_DURATION),
        (f"PT{'0' * 10_000}1S", timedelta(seconds=1)),
    ],
)
def test_durations_are_read(text, duration):
    xml = entity(attributes=f' cacheDuration="{text}"')

    assert read_metadata(xml.encode()).validity.cache_duration == duration


@pytest.mark.parametrize("text", ["", "P", "PT", "-PT1H", "1 hour", "P1H", "P٣D", "PT1.S"])
def test_a_limit_that_cannot_be_read_is_no_permission_for_ever(text):
    """Without a duration, the server's own interval counts; without an end, nothing would."""
    malformed = entity(attributes=f' cacheDuration="{text}"')
    found = read_metadata(entities(malformed, attributes=' cacheDuration="PT6H"').encode())

    assert found.validity.cache_duration == timedelta(hours=6)
    assert any("cacheDuration" in each for each in found.service_provider.warnings)
    assert read_metadata(malformed.encode()).validity.cache_duration is None
    assert "validUntil" in faults_of(entity(attributes=f' validUntil="{text}"'))[0]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T24:00:00.000+01:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("\n 2027-01-01T00:00:00Z ", datetime(2027, 1, 1, tzinfo=UTC)),
        ("9999-12-31T24:00:00Z", datetime.max.replace(tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", datetime.max.replace(tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_the_last_instant_of_a_day_and_of_all_days_is_read(text, end):
    validity = read_metadata(entity(attributes=f' validUntil="{text}"').encode()).validity

    assert validity.valid_until == end


@pytest.mark.parametrize("text", ["2026-12-31T24:00:01Z", "2026-12-31T25:00:00Z", "24:00:00"])
def test_an_hour_that_no_day_has_is_refused(text):
    assert "validUntil" in faults_of(entity(attributes=f' validUntil="{text}"'))[0]


@pytest.mark.parametrize("name", ["ValidUntil", "validuntil", "md:validUntil"])
@pytest.mark.parametrize("where", ["group", "entity", "role"])
def test_a_misspelt_limit_is_a_limit(name, where):
    limit = f' {name}="2027-01-01T00:00:00Z"'
    at = {each: limit if each == where else "" for each in ("group", "entity", "role")}
    whole = entities(entity(role(ACS, at["role"]), attributes=at["entity"]), attributes=at["group"])

    until = read_metadata(whole.encode()).validity.valid_until

    assert until == datetime(2027, 1, 1, tzinfo=UTC)
