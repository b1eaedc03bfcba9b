"""Behind Debian's HAProxy, Apache, Caddy and nginx: no client chooses its own address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.servers.engine_server import WRONG, EngineServer
from support.servers.proxies_in_front import PROXIES, in_front

ENGINES_OF_MODULE = ("granian",)
SETTINGS = '[proxies]\nreverse_proxies = ["127.0.0.1"]\n'
CLIENT, MADE_UP = "127.0.0.2", "10.8.8.8"
NAMES = ("X-Forwarded-For", "X-MS-Forwarded-Client-IP", "X-MS-Proxy", "X-Forwarded-Host")


@pytest.fixture(scope="module", params=PROXIES)
def proxied(
    request: pytest.FixtureRequest,
    engine_server: EngineServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EngineServer]:
    """The server as it is seen through one of the proxies."""
    folder = tmp_path_factory.mktemp(request.param)
    folder.chmod(0o755)  # nginx and Apache give up root
    with in_front(request.param, engine_server.port, folder) as port:
        yield replace(engine_server, outer_port=port)


def lines_of(name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    odd = name.replace("-", "_")
    return {
        "made up":           ((name, MADE_UP),),
        "underscore":        ((odd, MADE_UP),),
        "mixed":             ((name.replace("-", "_", 1), MADE_UP),),
        "underscore before": ((odd, MADE_UP), (name, MADE_UP)),
        "underscore after":  ((name, MADE_UP), (odd, MADE_UP)),
        "twice":             ((name, MADE_UP), (name, MADE_UP)),
        "empty":             ((name, ""),),
        "empty after":       ((name, MADE_UP), (name, "")),
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", lines_of("X-Y"))
def test_a_header_that_the_client_makes_up_changes_nothing(proxied, name, way):
    before = proxied.tries()

    reply = proxied.send(proxied.form(WRONG, *lines_of(name)[way]), source=CLIENT)

    assert reply.status in (200, 400)
    assert set(proxied.tries()[len(before) :]) == ({CLIENT} if reply.status == 200 else set())


def test_the_log_names_the_client_that_the_proxy_sees(proxied):
    assert proxied.send(proxied.form(), source=CLIENT).status == 200
    assert proxied.tries()[-1] == CLIENT
