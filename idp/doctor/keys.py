"""The token-signing keys and the certificate for TLS."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from adapter.errors import TallystickError
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.token_signing.configured import signing_keys_of
from idp.federation.token_signing.rollover import GENERATION
from idp.serving.plan import check_tls, choose_engine

SOON = timedelta(days=30)


def token_signing(patient: ServerUnderTest) -> Findings:
    """Whether there is a key that belongs to its certificate, for long enough to be followed."""
    settings = patient.config.keys
    try:
        ring = signing_keys_of(patient.config).current()
    except TallystickError as error:
        yield from_error(error)
        return
    facts, now = ring.primary.facts, patient.world.now()
    if facts.not_after <= now:
        problem = f"The token-signing certificate ended on {facts.not_after:%Y-%m-%d}"
        yield broken("signing_key_expired", problem, "tallystick keys roll --urgent")
    elif facts.not_before > now:
        yield broken(
            "signing_key_not_yet_valid",
            f"The token-signing certificate begins on {facts.not_before:%Y-%m-%d}",
            "Set the clock of this machine, or make another key",
        )
    elif facts.not_after - now <= GENERATION and not settings.automatic_rollover:
        yield warning(
            "signing_key_ends",
            f"The token-signing certificate ends on {facts.not_after:%Y-%m-%d}",
            "tallystick keys roll, and promote it once service providers know it",
        )
    if settings.automatic_rollover and not patient.world.can_write(settings.signing_key.parent):
        yield warning(
            "keys_cannot_be_rolled",
            f"The server cannot write the next key to {settings.signing_key.parent}",
            "Let it write there, or set keys.automatic_rollover to false",
        )


def tls(patient: ServerUnderTest) -> Findings:
    """Whether TLS can be spoken under the name of the base URL."""
    serve = patient.config.serve
    if serve.certificate is None:
        yield from _without_tls(patient)
        return
    try:
        check_tls(serve, choose_engine(serve))
    except TallystickError as error:
        yield from_error(error)
        return
    yield from _certificate(patient, serve.certificate)


def _without_tls(patient: ServerUnderTest) -> Findings:
    server, serve = patient.config.server, patient.config.serve
    is_local = serve.bind in ("127.0.0.1", "::1", "localhost")
    if not is_local and not server.is_secure:
        yield warning(
            "no_tls",
            f"Passwords come unencrypted to {serve.bind}",
            "Set serve.certificate and serve.key, or let a proxy in front end TLS",
        )
    proxies = patient.config.proxies
    if server.is_secure and not (proxies.reverse_proxies or proxies.web_application_proxies):
        yield warning(
            "no_proxy_believed",
            "Who ends TLS before the server is not believed in who connects",
            "Name its address in proxies.reverse_proxies, or set serve.certificate and serve.key",
        )


def _certificate(patient: ServerUnderTest, path: Path) -> Findings:
    certificate, now = x509.load_pem_x509_certificate(path.read_bytes()), patient.world.now()
    ends, host = certificate.not_valid_after_utc, urlsplit(patient.config.server.base_url).hostname
    if ends <= now:
        problem = f"The certificate {path} ended on {ends:%Y-%m-%d}"
        yield broken("tls_certificate_expired", problem, "Get a new one, and restart the server")
    elif ends - now <= SOON:
        problem = f"The certificate {path} ends on {ends:%Y-%m-%d}"
        yield warning("tls_certificate_ends", problem, "Get a new one, and restart the server")
    if not _is_for(certificate, host or ""):
        yield broken(
            "tls_certificate_of_another_host",
            f"The certificate {path} is not for {host}",
            "Get one with this name among its subjectAltName, or change server.base_url",
        )
    if not patient.config.server.is_secure:
        yield broken(
            "base_url_without_tls",
            "The server speaks TLS, but its base URL is http",
            "Write https in server.base_url",
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
    """Compare as RFC 9525 does: a star stands for the whole first label, and for no more."""
    if name.startswith("*."):
        return name[1:].lower() == f".{host.partition('.')[2]}".lower()
    return name.lower() == host.lower()
