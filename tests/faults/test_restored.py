"""A back-up is restored at another server: what was used before it was made stays used."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from support.servers.sign_in_server import client_of

from idp.assembly import assemble

pytestmark = pytest.mark.each_database


@pytest.fixture
def restored(federation, database_kind, tmp_path, request):
    """Restore a back-up of this moment at another server: whoever asks is answered by that."""
    opened, made = [], []

    def restore():
        rooms = federation.services
        if database_kind == "sqlite":
            url = _copy_of_file(rooms, tmp_path / "restored.db")
        else:
            server = request.getfixturevalue("postgresql_server")
            url = server.copy_of(rooms.config.store.url)
            made.append((server, url))
        store = rooms.config.store.model_copy(update={"url": url})
        config = rooms.config.model_copy(update={"store": store})
        services = assemble(config, clock=rooms.clock, signing_key=rooms.signing_key)
        opened.append(services)
        return client_of(services)

    yield restore
    for services in opened:
        services.close()
    for server, url in made:
        server.drop(url)


def _copy_of_file(rooms, path: Path) -> str:
    with rooms.database.read() as connection:
        connection.execute(text("VACUUM INTO :path"), {"path": str(path)})
    return f"sqlite:///{path}"


def post(client, sign_in, **fields):
    for cookie in sign_in.browser.session.cookies:
        client.set_cookie(cookie.name, cookie.value, path=cookie.path)
    form = sign_in.page.form
    path, data = urlsplit(form.action).path, {**form.fields, **fields}
    return client.post(path, data=data, follow_redirects=True)


def test_a_code_that_was_used_stays_used(federation, sp, restored):
    user = federation.add_user(phone=None, totp=True)
    first, second = (federation.sign_in(sp.url(), user) for _ in range(2))
    code = user.code()
    first.enter_code(code)
    assert first.is_finished

    answer = post(restored(), second, VerificationCode=code, SignIn="Sign in")

    assert "SAMLResponse" not in answer.text
    assert "used" in answer.text


def test_a_request_that_was_answered_stays_answered(federation, easy, restored):
    url = easy.url()
    browser = federation.sign_in(url).browser
    client = restored()
    for cookie in browser.session.cookies:
        client.set_cookie(cookie.name, cookie.value, path=cookie.path)

    answer = client.get(url.removeprefix(federation.url))

    assert answer.status_code == 400
    assert "SAMLResponse" not in answer.text


def test_a_sign_in_under_way_goes_on_there(federation, sp, phone, restored):
    sign_in = federation.sign_in(sp.url())
    phone.approve(sign_in.number)

    assert "SAMLResponse" in post(restored(), sign_in).text
