"""Real clients: names that lead to this machine, certificates they trust, and what they talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ssl import SSLContext

import pytest
from support.certificates.authority import Authority, make_authority
from support.clients import aws, aws_adfs
from support.clients.connect_proxy import connect_proxy
from werkzeug.serving import make_server

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
                "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{sts[1]}/sts/",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_DEFAULT_REGION": "eu-central-1",
                "username": user,
                "password": password,
            }
            home = tmp_path_factory.mktemp("home")
            client = aws_adfs.start(OPTIONS, environment, home)
            running.callback(client.end)
            return client

        yield run


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
