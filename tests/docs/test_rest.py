"""docs/rest.md: its examples work one after another, and its tables say what the product does."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path

import pytest
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL

from idp.app import create_app

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text()
COMMANDS = [
    command
    for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    for command in block.replace("\\\n", " ").splitlines()
]

OPTIONS = argparse.ArgumentParser()
OPTIONS.add_argument("-X", dest="method")
OPTIONS.add_argument("-H", dest="headers", action="append")
OPTIONS.add_argument("-d", dest="body")
OPTIONS.add_argument("-i", action="store_true")
OPTIONS.add_argument("address")


@pytest.fixture
def client(services):
    return create_app(services.config, services=services).test_client()


def run(client, command, etag):
    """Do what curl does: a body that is given without a type is sent as a form is."""
    text = command.replace("$TOKEN", ADMIN_TOKEN).replace("$SERVER", "").replace('"ETAG"', etag)
    name, *words = shlex.split(text)
    assert name == "curl"
    given = OPTIONS.parse_args(words)
    headers = dict(each.split(": ", 1) for each in given.headers)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if given.body else {}
    method = given.method or "GET"
    return client.open(
        given.address, method=method, base_url=BASE_URL, data=given.body, headers=form | headers
    )


def test_the_examples_of_the_page_work_one_after_another(client):
    etag, answers = "", []
    for command in COMMANDS:
        answers.append(run(client, command, etag))
        assert answers[-1].status_code < 300, (command, answers[-1].text)
        etag = answers[-1].headers.get("ETag", "")
    assert len(answers) == 6


def test_the_error_of_the_page_is_what_is_answered(client):
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])

    told = run(client, 'curl -H "Authorization: Bearer $TOKEN" /admin/api/nodes/sts9', "").json

    assert {**told, "instance": ""} == {**shown, "instance": ""}


def test_the_table_has_every_list_that_has_pages(client):
    command = 'curl -H "Authorization: Bearer $TOKEN" /admin/api/openapi.json'
    paths = run(client, command, "").json["paths"]

    paged = {
        f"/admin/api{path}"
        for path, item in paths.items()
        if "Link" in item.get("get", {}).get("responses", {}).get("200", {}).get("headers", {})
    }
    assert paged == set(re.findall(r"^\| `(/admin/api/[\w/-]+)` \|", PAGE, re.MULTILINE))
