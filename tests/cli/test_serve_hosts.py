"""``tallystick serve`` answers requests for its own host only, with either engine."""

from __future__ import annotations

import pytest
from support.servers.foreign_hosts import foreign_heads, foreign_target, own_heads, status_of
from support.servers.serve_process import serve_process, serve_section

OWN = "idp.example.test:80"


@pytest.mark.parametrize("engine", ["granian", "waitress"])
def test_a_request_for_another_host_is_refused(engine, farm_folder):
    config = serve_section(farm_folder, workers=1)
    with serve_process(config, TALLYSTICK__SERVE__ENGINE=engine) as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        for about, head in foreign_heads(OWN).items():
            if about == "no port":  # the scheme's default
                continue
            refused = status_of(address, "GET", "/admin/", head)
            assert refused in (400, 421), about
        if engine == "waitress":  # granian does not say what the target was
            assert status_of(address, "GET", "/admin/", foreign_target(OWN)) == 421
        for about, head in own_heads(OWN).items():
            assert status_of(address, "GET", "/admin/", head) == 200, about
        for host in (f"Host: {server.url.removeprefix('http://')}\r\n", ""):
            # Without a node it is not well, but it answers.
            assert status_of(address, "GET", "/adfs/probe", ("{}", host)) in (400, 503), host
        server.end()
        assert "wrong_host" in server.said()
