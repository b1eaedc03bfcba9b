"""A host that is made at its first request: once, and again only if that failed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import Client, run_wsgi_app
from werkzeug.wrappers import Response

from idp.web.hosts_by_need import HostsByNeed


def test_only_paths_below_its_own_ask_for_a_host():
    client = Client(HostsByNeed(Response("other"), {"admin": lambda: Response("admin")}))

    answers = {path: client.get(path).text for path in ("/admin", "/admin/x", "/administer", "/")}

    assert answers == {"/admin": "admin", "/admin/x": "admin", "/administer": "other", "/": "other"}


def test_first_requests_at_the_same_time_make_one_host():
    threads, made = 8, []
    together = Barrier(threads)

    def make():
        made.append("host")
        return Response("admin")

    app = HostsByNeed(Response("other"), {"admin": make})

    def ask(_: int) -> str:
        together.wait()
        return Client(app).get("/admin/").text

    with ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(ask, range(threads))) == {"admin"}
    assert made == ["host"]


def test_a_host_that_cannot_be_made_answers_nothing_and_is_tried_again():
    tries = iter([RuntimeError("no database"), None])

    def make():
        if error := next(tries):
            raise error
        return Response("admin")

    app = HostsByNeed(Response("other"), {"admin": make})
    asked = {"PATH_INFO": "/admin/"}

    with pytest.raises(RuntimeError, match="no database"):
        run_wsgi_app(app, asked)
    assert Client(app).get("/admin/").text == "admin"
