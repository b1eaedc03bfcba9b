"""Debian's HAProxy, Apache, Caddy and nginx in front of a server, as their manuals begin."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.clients.mellon import MODULES
from support.ports import free_port, listens
from support.servers.serve_process import until
from support.tools.toolbox import debian_program

HAPROXY = """\
defaults
  mode http
  timeout connect 10s
  timeout client 90s
  timeout server 90s
listen tallystick
  bind 127.0.0.1:{port}
  option forwardfor
  server tallystick 127.0.0.1:{behind}
"""

APACHE = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog /dev/stderr
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:{behind}/
"""

CADDY = """\
{{
  admin off
  auto_https off
}}
http://:{port} {{
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:{behind}
}}
"""

NGINX = """\
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
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""

PROXIES = {
    "haproxy": (HAPROXY, ["-db", "-f"]),
    "apache2": (APACHE, ["-DFOREGROUND", "-E", "/dev/stderr", "-f"]),
    "caddy":   (CADDY, ["run", "--adapter", "caddyfile", "--config"]),
    "nginx":   (NGINX, ["-c"]),
}  # fmt: skip
"""By command: its configuration, and the arguments before the name of that file."""


@contextmanager
def in_front(command: str, behind: int, folder: Path) -> Iterator[int]:
    """Run a proxy before the port *behind* until the block ends; gives the proxy's port."""
    program = debian_program(command)
    text, arguments = PROXIES[command]
    port, file = free_port(), folder / f"{command}.conf"
    file.write_text(text.format(port=port, behind=behind, folder=folder, modules=MODULES))
    with subprocess.Popen(  # noqa: S603 - Debian's program
        [program, *arguments, str(file)],
        stdin=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    ) as process:
        try:
            until(lambda: listens(port))
            yield port
        finally:
            process.terminate()
