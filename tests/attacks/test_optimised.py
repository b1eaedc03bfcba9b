"""Nothing that keeps people out is an ``assert``: Python leaves those out when it is told to."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import adapter
import idp

ROOTS = [Path(package.__file__).parent for package in (adapter, idp)]
HERE = Path(__file__).parent
ATTACKS = [
    "messages",
    "server/test_context.py::test_across_two_users_only_the_own_approval_in_the_own_browser_counts",
    "server/test_context.py::test_a_context_does_not_open_without_its_session",
    "server/test_login_csrf.py::test_another_site_cannot_sign_its_own_user_in",
    "server/test_replay.py::test_an_answered_request_shows_a_page",
    "server/test_replay.py::test_fifty_posts_of_one_context_at_once_give_one_assertion",
]


def test_no_assert_stands_in_the_product():
    found = [
        f"{file.name}:{node.lineno}"
        for root in ROOTS
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


@pytest.mark.timeout(600)  # a suite within the suite, on whatever machine
def test_access_is_refused_without_the_help_of_asserts():
    """Attacks fail when the product runs optimised, too; pytest keeps the asserts of tests.

    Log-out messages go the way of requests, and are left out here.
    """
    command = [sys.executable, "-O", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(  # noqa: S603 - our own tests
        [*command, "-p", "no:xdist", "-k", "not LogoutRe", *ATTACKS],
        cwd=HERE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
