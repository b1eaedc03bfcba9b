"""Strict-Transport-Security (RFC 6797): where users come by TLS, and nowhere else."""

from __future__ import annotations

import pytest

from idp.config.schema import ServerSection

HSTS = "Strict-Transport-Security"
EVERYWHERE = [
    ("get", "/adfs/ls/idpinitiatedsignon.aspx", 200),
    ("get", "/adfs/ls/?SAMLRequest=x", 400),
    ("get", "/ADFS/ls/", 308),
    ("get", "/adfs/probe", 200),
    ("get", "/FederationMetadata/2007-06/FederationMetadata.xml", 200),
    ("get", "/static/tallystick.css", 200),
    ("get", "/admin/", 200),
    ("get", "/authenticator/", 200),
    ("get", "/nothing/here", 404),
    ("put", "/adfs/ls/", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYWHERE)
def test_every_answer_under_tls_has_hsts(method, path, status, reconfigured):
    client = reconfigured(server=ServerSection(base_url="https://sts.example.test"))
    answer = getattr(client, method)(path)
    assert answer.status_code == status
    assert answer.headers.getlist(HSTS) == ["max-age=31536000"]


@pytest.mark.parametrize(("method", "path", "status"), EVERYWHERE)
def test_no_answer_over_plain_http_has_hsts(method, path, status, federation):
    answer = federation.browser().session.request(
        method, federation.url + path, allow_redirects=False
    )
    assert answer.status_code == status
    assert HSTS not in answer.headers


@pytest.mark.parametrize(
    ("server", "value"),
    [
        ({"base_url": "https://sts.example.test", "hsts_max_age": 300}, "max-age=300"),
        ({"base_url": "https://sts.example.test", "hsts_max_age": 0}, "max-age=0"),
        ({"base_url": "https://sts.example.test", "hsts": False}, None),
        ({"base_url": "http://sts.example.test"}, None),
        ({"base_url": "https://localhost:8443"}, None),
        ({"base_url": "https://LOCALHOST.:8443"}, None),
        ({"base_url": "https://sts.localhost"}, None),
        ({"base_url": "https://localhost.example.test"}, "max-age=31536000"),
    ],
)
def test_the_settings_say_whether_and_for_how_long(server, value, reconfigured):
    client = reconfigured(server=ServerSection(**server))
    assert client.get("/adfs/probe").headers.get(HSTS) == value


def test_a_negative_max_age_is_refused():
    with pytest.raises(ValueError, match="hsts_max_age"):
        ServerSection(hsts_max_age=-1)
