"""Checks of the token-signing keys and of the TLS certificate."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from adapter.errors import TallystickError
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.token_signing.configured import open_signing_keys
from idp.federation.token_signing.warnings import WARN_BEFORE, warnings_of
from idp.serving.planning import check_tls, choose_engine


def token_signing(server: ServerUnderTest) -> Findings:
    """Check that the key fits its certificate, and that this does not expire soon."""
    try:
        ring = open_signing_keys(server.config).current()
    except TallystickError as error:
        yield from_error(error)
        return
    environment = server.environment
    for each in warnings_of(ring, server.config.keys, environment.now(), environment.can_write):
        finding = broken if each.is_broken else warning
        yield finding(each.code, each.problem, each.remedy)


def tls(server: ServerUnderTest) -> Findings:
    """Check that TLS works and that the certificate fits the base URL."""
    serve = server.config.serve
    if serve.certificate is None:
        yield from _without_tls(server)
        return
    try:
        check_tls(serve, choose_engine(serve))
    except TallystickError as error:
        yield from_error(error)
        return
    yield from _certificate(server, serve.certificate)


def _without_tls(server: ServerUnderTest) -> Findings:
    config = server.config
    serve, is_secure = config.serve, config.server.is_secure
    is_local = serve.bind in ("127.0.0.1", "::1", "localhost")
    if not is_local and not is_secure:
        yield warning(
            "no_tls",
            f"Browsers send passwords to {serve.bind} without TLS",
            "Set serve.certificate and serve.key, or terminate TLS at a reverse proxy",
        )
    proxies = config.proxies
    if is_secure and not (proxies.reverse_proxies or proxies.web_application_proxies):
        yield warning(
            "no_proxy_believed",
            "A proxy must terminate TLS, but none is configured, so that all clients seem to "
            "have its "
            "address",
            "List its address in proxies.reverse_proxies, or set serve.certificate and serve.key",
        )


def _certificate(server: ServerUnderTest, path: Path) -> Findings:
    certificate, now = x509.load_pem_x509_certificate(path.read_bytes()), server.environment.now()
    ends, host = certificate.not_valid_after_utc, urlsplit(server.config.server.base_url).hostname
    if ends <= now:
        problem = f"The certificate {path} expired on {ends:%Y-%m-%d}"
        yield broken("tls_certificate_expired", problem, "Get a new one and restart the server")
    elif ends - now <= WARN_BEFORE:
        problem = f"The certificate {path} expires on {ends:%Y-%m-%d}"
        yield warning("tls_certificate_ends", problem, "Get a new one and restart the server")
    if not _is_for(certificate, host or ""):
        yield broken(
            "tls_certificate_of_another_host",
            f"The certificate {path} is not for {host}",
            "Get one with this name in its subjectAltName, or change server.base_url",
        )
    if not server.config.server.is_secure:
        yield broken(
            "base_url_without_tls",
            "The server speaks TLS, but server.base_url begins with http",
            "Let it begin with https",
        )


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        return any(_matches(name, host) for name in names.get_values_for_type(x509.DNSName))


def _matches(name: str, host: str) -> bool:
    """Compare names as RFC 9525 §6.3 says: a star stands for exactly one whole label, the first."""
    if name.startswith("*."):
        return name[1:].lower() == f".{host.partition('.')[2]}".lower()
    return name.lower() == host.lower()
