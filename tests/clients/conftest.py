"""Real clients: names that lead to this machine, certificates they trust, and what they talk to."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from ssl import SSLContext

import pytest
from flask import Flask
from support.certificates.authority import Authority, make_authority
from support.clients import amazon_drivers, aws, aws_adfs
from support.clients.connect_proxy import connect_proxy
from werkzeug.serving import make_server

from idp.app import create_app
from idp.config.schema import ServerSection
from idp.testing.federation import Federation

NAMES = (aws_adfs.HOST, aws.SIGN_IN_HOST, "localhost")

RunAwsAdfs = Callable[[Callable[..., object], str, str], aws_adfs.AwsAdfs]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority whose certificates the clients trust."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server_context(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> SSLContext:
    """The TLS settings of a server that goes by all names of the tests."""
    return authority.server_context(NAMES, tmp_path_factory.mktemp("server"))


@pytest.fixture
def token_service() -> aws.TokenService:
    """Amazon's token service, which keeps what it is given."""
    return aws.TokenService()


@pytest.fixture
def run_aws_adfs(
    authority: Authority,
    server_context: SSLContext,
    token_service: aws.TokenService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunAwsAdfs]:
    """Start aws-adfs against a WSGI application: ``run_aws_adfs(app, user, password)``.

    The application is reached at https://adfs.example.test, over TLS and through a proxy.
    """
    with ExitStack() as running:

        def run(app: Callable[..., object], user: str, password: str) -> aws_adfs.AwsAdfs:
            behind_tls = running.enter_context(serve(aws.with_amazon(app), server_context))
            sts = running.enter_context(serve(token_service))
            environment = {
                "REQUESTS_CA_BUNDLE": str(authority.file),
                "HTTPS_PROXY": running.enter_context(connect_proxy(behind_tls)),
                "NO_PROXY": "",
                "username": user,
                "password": password,
                **amazon_settings(sts[1]),
            }
            home = tmp_path_factory.mktemp("home")
            client = aws_adfs.start(OPTIONS, environment, home)
            running.callback(client.end)
            return client

        yield run


LogIn = Callable[[str, str], amazon_drivers.Login]


@pytest.fixture
def log_in(
    federation: Federation,
    app_at: Callable[[str], Flask],
    authority: Authority,
    server_context: SSLContext,
    token_service: aws.TokenService,
    tmp_path: Path,
) -> Iterator[LogIn]:
    """Say who is to sign in: ``log_in(user, password)``.

    The federation server is reached at https://localhost, over TLS; Amazon's users need no second
    factor there.
    """
    federation.add_service_provider(aws.METADATA, attributes=aws.ATTRIBUTES, second_factor="never")
    apps: list[Callable[..., object]] = []
    with (
        serve(lambda *request: apps[0](*request), server_context) as (_, port),
        serve(token_service) as (_, sts_port),
    ):
        apps.append(app_at(f"https://localhost:{port}"))
        environment = {
            "REQUESTS_CA_BUNDLE": str(authority.file),
            "NODE_EXTRA_CA_CERTS": str(authority.file),
            "NO_PROXY": "*",
            **amazon_settings(sts_port),
        }
        yield lambda user, password: amazon_drivers.Login(
            user, password, port, environment, tmp_path
        )


@pytest.fixture
def app_at(federation: Federation) -> Callable[[str], Flask]:
    """Make the federation server once more, over the same database: ``app_at(base_url)``."""

    def make(base_url: str) -> Flask:
        services = federation.services
        server = ServerSection(base_url=base_url)
        config = services.config.model_copy(update={"server": server})
        return create_app(config, services=dataclasses.replace(services, config=config))

    return make


@pytest.fixture
def signing_certificate(federation: Federation) -> bytes:
    """The certificate of the server's key, from its configuration, as PEM."""
    return federation.services.config.keys.signing_certificate.read_bytes()


def amazon_settings(sts_port: int) -> dict[str, str]:
    """Return the variables that lead Amazon's libraries to the token service."""
    return {
        "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{sts_port}/sts/",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": amazon_drivers.REGION,
    }


OPTIONS = ("--no-session-cache", "--stdout", "--role-arn", aws.ROLE)


@contextmanager
def serve(
    app: Callable[..., object], context: SSLContext | None = None
) -> Iterator[tuple[str, int]]:
    """Run a WSGI application on a free port of loopback and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
