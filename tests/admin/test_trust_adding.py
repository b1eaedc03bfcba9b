"""``/admin/trusts/add`` and ``/remove``: form, preview, adding; a question, removing."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from lxml import html
from support.servers.server_folder import BASE_URL
from support.service_providers.metadata_parts import SP_ID, entities, entity, metadata

ADD, REMOVE = "/admin/trusts/add", "/admin/trusts/remove"
ONE = f"/admin/trusts/one?id={quote(SP_ID, safe='')}"
ENTERED = {"way": "entered", "entity_id": SP_ID, "acs": "https://sp.example.test/acs"}


@pytest.fixture
def post(administrator):
    def post(form, **files: bytes):
        data = {"csrf": administrator.csrf(), **form}
        data |= {name: (io.BytesIO(content), "sp.xml") for name, content in files.items()}
        return administrator.client.post(
            ADD,
            data=data,
            base_url=BASE_URL,
            headers=administrator.headers,
            content_type="multipart/form-data",
        )

    return post


@pytest.fixture
def confirm(administrator, post):
    """Press the button under a preview."""

    def confirm(preview, **changes: str):
        [form] = [each for each in html.fromstring(preview.text).forms if "seen" in each.fields]
        fields = {name: (value or "").removeprefix("\n") for name, value in form.fields.items()}
        return post({**fields, **changes})

    return confirm


def faults(page) -> dict[str, str]:
    read = html.fromstring(page.text)
    return {
        each.get("id").removeprefix("problem-"): each.text_content()
        for each in read.xpath("//p[starts-with(@id, 'problem-')]")
    }


@pytest.mark.parametrize("way", ["text", "file"])
def test_metadata_is_seen_first_and_then_becomes_a_trust(way, post, confirm, services):
    content = metadata()
    form = {"way": "metadata"} | ({"text": content} if way == "text" else {})
    preview = post(form, **({"file": content.encode()} if way == "file" else {}))

    assert (preview.status_code, services.trusts.list()) == (200, ())
    assert SP_ID in preview.text
    added = confirm(preview)

    assert (added.status_code, added.headers["Location"]) == (303, ONE)
    assert services.trusts.metadata(SP_ID) == content.encode()


def test_a_file_in_utf_16_is_read(post, services):
    assert SP_ID in post({"way": "metadata"}, file=metadata().encode("utf-16")).text


def test_a_service_provider_without_metadata_is_seen_first_too(post, confirm, services, identities):
    certificate = identities.sp.pem.certificate
    preview = post(ENTERED | {"slo": "https://sp.example.test/out",
                              "certificate": certificate.decode()})  # fmt: skip

    assert "--entity-id" in preview.text
    assert "--certificate FILE" in preview.text
    assert confirm(preview).status_code == 303
    provider = services.trusts.existing(SP_ID).service_provider
    assert provider.signing_certificates == (identities.sp.certificate,)
    assert len(provider.single_logout_services) == 2


def test_an_update_says_what_would_change(post, confirm, services, trust):
    preview = post({"way": "metadata", "text": metadata(acs_url="https://sp.example.test/new")})

    assert "https://sp.example.test/new" in preview.text
    assert "Update the trust" in preview.text
    assert confirm(preview).status_code == 303
    assert len(services.trusts.list()) == 1


def test_what_has_changed_since_it_was_seen_is_shown_again(post, confirm, services):
    preview = post(ENTERED)

    again = confirm(preview, acs="https://sp.example.test/other")

    assert (again.status_code, services.trusts.list()) == (200, ())
    assert "has changed since you saw it" in again.text


WRONG = {
    "nothing":       ({"way": "metadata"}, {"text"}),
    "both":          ({"way": "metadata", "text": metadata(), "url": "https://a.test/"}, {"text"}),
    "no address":    ({"way": "metadata", "url": "/etc/passwd"}, {"url"}),
    "private":       ({"way": "metadata", "url": "http://127.0.0.1:9/m"}, {"url"}),
    "no metadata":   ({"way": "metadata", "text": "<html/>"}, {"text"}),
    "several":       ({"way": "metadata", "text": entities(entity(), entity(entity_id="urn:b"))},
                      {"text"}),
    "empty":         ({"way": "entered"}, {"entity_id", "acs"}),
    "all wrong":     ({"way": "entered", "entity_id": "a b", "acs": "x", "slo": "y",
                       "certificate": "z"}, {"entity_id", "acs", "slo", "certificate"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(case, post, services):
    form, fields = WRONG[case]

    page = post(form)

    read = html.fromstring(page.text)
    assert (page.status_code, set(faults(page))) == (422, fields)
    for name, value in form.items():
        if name != "way":
            assert read.get_element_by_id(name).value.removeprefix("\n") == value
    for name in fields:
        assert read.get_element_by_id(name).get("aria-invalid") == "true"
        assert f"problem-{name}" in read.get_element_by_id(name).get("aria-describedby")
    assert services.trusts.list() == ()


def test_one_of_several_is_chosen(post, confirm, services):
    text = entities(entity(), entity(entity_id="urn:b"))

    assert confirm(post({"way": "metadata", "text": text, "which": "urn:b"})).status_code == 303
    assert services.trusts.existing("urn:b")


def test_removing_asks_first(administrator, services, trust):
    question = administrator.see(f"{REMOVE}?id={quote(SP_ID, safe='')}")
    assert f"tallystick sp remove {SP_ID}" in question.text
    assert services.trusts.list() == (trust,)

    gone = administrator.post(REMOVE, {"csrf": administrator.csrf(), "id": SP_ID})

    assert gone.headers["Location"] == "/admin/trusts"
    assert services.trusts.list() == ()
    assert "The trust is removed" in administrator.see("/admin/trusts").text
    assert administrator.see(f"{REMOVE}?id=urn:none").status_code == 404


def test_without_session_or_token_nothing_is_added_or_removed(
    new_administrator, administrator, services, trust
):
    stranger = new_administrator()

    for path in (ADD, f"{REMOVE}?id={SP_ID}"):
        assert stranger.see(path).status_code == 303
        assert stranger.post(path, ENTERED | {"id": SP_ID}).status_code == 403
        assert administrator.post(path, ENTERED | {"id": SP_ID}).status_code == 403
    assert services.trusts.list() == (trust,)


def test_what_is_added_and_removed_is_logged(post, confirm, administrator, capsys):
    confirm(post(ENTERED))
    administrator.post(REMOVE, {"csrf": administrator.csrf(), "id": SP_ID})

    lines = capsys.readouterr().err
    assert '"trust_added"' in lines
    assert '"trust_removed"' in lines
