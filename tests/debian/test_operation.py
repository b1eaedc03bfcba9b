"""The examples of docs/operation.md, judged by the programs they are for: systemd and nginx."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from support.nets import NET_SECONDS
from support.ports import free_port
from support.servers.serve_process import TALLYSTICK, serve_process, serve_section, until
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.assembly import assemble
from idp.config.reading import load
from idp.demo import certificates as demo_certificates

EXAMPLES = Path(__file__).parents[2] / "docs" / "operation"
OUTER = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tallystick.conf;
}}
"""


def complaints_about_unit(text: str, folder: Path) -> tuple[int, list[str]]:
    """Return the status of systemd-analyze, and what it says about our unit.

    It loads the units of this machine as well; what is wrong with those does not count.
    """
    unit = folder / "tallystick.service"
    unit.write_text(text.replace("/opt/tallystick/bin/tallystick", str(TALLYSTICK)))
    done = subprocess.run(  # noqa: S603 - our own file
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],  # noqa: S607 - Debian's
        capture_output=True,
        text=True,
        timeout=NET_SECONDS,
        check=False,
    )
    return done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]


def test_systemd_takes_the_unit(tmp_path):
    text = (EXAMPLES / "tallystick.service").read_text()

    assert complaints_about_unit(text, tmp_path) == (0, [])


def test_a_unit_with_a_misspelt_setting_or_a_missing_command_is_complained_about(tmp_path):
    text = (EXAMPLES / "tallystick.service").read_text()
    misspelt = text.replace("[Service]", "[Service]\nExcStart=/bin/true")
    missing = text.replace("/opt/tallystick/bin/tallystick", "/opt/tallystick/bin/gone")

    assert complaints_about_unit(misspelt, tmp_path)[1]
    assert complaints_about_unit(missing, tmp_path)[1]


@contextmanager
def nginx(folder: Path, changes: dict[str, str]) -> Iterator[None]:
    """Run nginx on the example, with these of its words changed."""
    text = (EXAMPLES / "nginx.conf").read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "tallystick.conf").write_text(text)
    outer = folder / "nginx.conf"
    outer.write_text(OUTER.format(folder=folder))
    command = ["/usr/sbin/nginx", "-p", str(folder), "-c", str(outer)]
    subprocess.run([*command, "-t"], check=True, timeout=NET_SECONDS)  # noqa: S603 - Debian's
    with subprocess.Popen(command) as process:  # noqa: S603 - Debian's
        try:
            yield
        finally:
            process.terminate()


class From(HTTPAdapter):
    """Connects from another address of this machine than a proxy on it does."""

    def init_poolmanager(self, *args: object, **options: object) -> None:
        super().init_poolmanager(*args, **options, source_address=("127.0.0.2", 0))


def test_addresses_behind_nginx_are_those_that_nginx_sees(farm_folder, tmp_path):
    port, outside = free_port(), free_port()
    certificate = demo_certificates.create_certificates(
        tmp_path / "tls", "localhost", datetime.now(UTC)
    )
    base_url = f"https://localhost:{outside}"
    file = serve_section(farm_folder, port=port, workers=1)
    text = file.read_text().replace("http://idp.example.test", base_url)
    file.write_text(text + '\n[proxies]\nreverse_proxies = ["127.0.0.1"]\n')
    services = assemble(load(file))
    services.farm.set_build("sts1", "20348.350", "test")
    services.trusts.add(metadata().encode())
    services.directory.add("alice@example.test", "correct horse")
    changes = {
        "127.0.0.1:8080": f"127.0.0.1:{port}",
        "listen 80;": f"listen {free_port()};",
        "listen 443 ssl;": f"listen {outside} ssl;",
        "/etc/ssl/sts.example.test.crt": str(certificate.certificate),
        "/etc/ssl/private/sts.example.test.key": str(certificate.key),
        "sts.example.test": "localhost",
    }
    browser = requests.Session()
    browser.trust_env = False
    browser.mount("https://", From())
    browser.verify = str(certificate.ca_file)
    with serve_process(file), nginx(tmp_path, changes):
        until(lambda: _answers(browser, f"{base_url}/adfs/probe"))
        page = browser.post(
            f"{base_url}/adfs/ls/idpinitiatedsignon.aspx",
            params={"loginToRp": SP_ID},
            data={"UserName": "alice@example.test", "Password": "wrong"},
            headers={"X-Forwarded-For": "203.0.113.7", "X-MS-Forwarded-Client-IP": "203.0.113.8"},
            timeout=NET_SECONDS,
        )

    assert page.status_code == 200
    assert services.log.read()[-1].record.client_ip == "127.0.0.2"
    services.close()


def _answers(browser: requests.Session, url: str) -> bool:
    try:
        return browser.get(url, timeout=NET_SECONDS).status_code == 200
    except requests.ConnectionError:
        return False
