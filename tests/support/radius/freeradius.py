"""Debian's FreeRADIUS, unchanged, as a proxy: it asks another server whatever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.ports import free_udp_port
from support.radius.programs import running_server

SECRET_OF_CLIENTS = "a-secret-between-client-and-proxy"
MAX_RESPONSE_WINDOW = 60
"""Seconds for which it waits for our answer at most; then it takes us for dead."""

READY = "Ready to process requests"

RADIUSD = """\
prefix = /usr
raddbdir = {folder}
logdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
pidfile = {folder}/freeradius.pid
max_request_time = 90
security {{
    reject_delay = 0
}}
proxy_requests = yes
proxy server {{
    default_fallback = no
}}
home_server tallystick {{
    type = auth
    ipaddr = {host}
    port = {home_port}
    secret = {secret}
    response_window = {response_window}
    zombie_period = 100
    status_check = none
}}
home_server_pool tallystick {{
    home_server = tallystick
}}
realm tallystick {{
    auth_pool = tallystick
    nostrip
}}
client all {{
    ipaddr = 127.0.0.1
    secret = {client_secret}
    require_message_authenticator = no
}}
modules {{
}}
server default {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        update control {{
            &Proxy-To-Realm := tallystick
        }}
    }}
}}
"""


@contextmanager
def running_proxy(folder: Path, home: tuple[str, int], secret: str) -> Iterator[str]:
    """Run a proxy in front of the server at *home* (host, port); gives its own ``host:port``."""
    port = free_udp_port()
    host, home_port = home
    (folder / "dictionary").touch()
    (folder / "radiusd.conf").write_text(
        RADIUSD.format(
            folder=folder,
            host=host,
            home_port=home_port,
            secret=secret,
            client_secret=SECRET_OF_CLIENTS,
            response_window=MAX_RESPONSE_WINDOW,
            port=port,
        )
    )
    command = ("freeradius", "-f", "-l", "stdout", "-d", folder)
    with running_server(*command, log=folder / "log", is_ready=lambda said: READY in said):
        yield f"127.0.0.1:{port}"
