"""The projects in tests/examples, which readers copy, pass their own tests."""

from __future__ import annotations

import pytest
from support.examples.projects import PYTHON_PROJECTS, run_npm_test, run_pytest


@pytest.mark.parametrize("name", PYTHON_PROJECTS)
def test_the_tests_of_a_project_in_python_pass(name, tmp_path):
    done = run_pytest(name, tmp_path)

    assert done.returncode == 0, done.stdout


def test_the_tests_of_the_project_in_node_pass(tmp_path):
    done = run_npm_test(tmp_path)

    assert done.returncode == 0, done.stdout
