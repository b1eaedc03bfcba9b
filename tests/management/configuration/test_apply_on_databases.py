"""Two documents that are applied at once, and one that fails in the end, on each database."""

from __future__ import annotations

import threading

import pytest
from support.servers.server_folder import assembled
from support.users import BOB

from idp.management.configuration.apply import apply
from idp.management.configuration.export import export
from idp.management.configuration.faults import BadConfiguration
from idp.management.configuration.plan import compare


def test_two_at_once_come_one_after_the_other(each_server, farm_folder):
    """Whichever comes last, the server has all of it and nothing of the other."""
    documents = [
        {
            "format": 1,
            "nodes": [{"name": "sts1", "build": f"20348.{number}"}],
            "second_factor": {"rule": rule},
            "users": [{"name": BOB, "email": f"{number}@example.test", "password": "x" * 9}],
        }
        for number, rule in ((1, "always"), (2, "never"))
    ]
    start, failed = threading.Barrier(2), []

    def run(document):
        with assembled(farm_folder) as services:
            start.wait()
            try:
                apply(services, document)
            except Exception as error:
                failed.append(error)

    for _ in range(2):
        threads = [threading.Thread(target=run, args=(each,)) for each in documents]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

        assert failed == []
        found = export(each_server).document
        number = found["nodes"][0]["build"].rpartition(".")[2]
        assert found["users"][0]["email"] == f"{number}@example.test"
        assert found["second_factor"]["rule"] == {"1": "always", "2": "never"}[number]


def test_all_or_nothing_on_each_database(each_server):
    document = {
        "format": 1,
        "nodes": [{"name": "sts9", "build": "20348.1"}],
        "users": [{"name": BOB}, {"name": "bob@example.other"}],
    }

    with pytest.raises(BadConfiguration):
        apply(each_server, document)
    assert each_server.farm.nodes() == ()
    assert each_server.directory.list() == ()

    apply(each_server, {**document, "users": [{"name": BOB}]})
    assert compare(each_server, export(each_server).document).changes == []
