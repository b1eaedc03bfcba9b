"""Every benchmark of messages and sign-ins does what its name says; nothing here is timed."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from bench import decision, flood, log_out, plugin, radius, saml, sign_in
from bench.harness import Row
from bench.radius_client import RadiusServer, free_port


@pytest.fixture(scope="module")
def idp():
    return saml.new_party("idp.example.test")


@pytest.fixture(scope="module")
def sp():
    return saml.new_party("sp.example.test")


def test_the_rows_of_decisions_and_messages_run(idp, sp):
    run_each([*decision.ROWS, *saml.rows(idp, sp)])


def test_the_rows_of_sign_ins_run(idp, sp, tmp_path):
    with sign_in.rows(idp, sp, tmp_path) as rows:
        run_each(rows)


def test_the_rows_of_log_outs_run(idp, sp, tmp_path):
    run_each(log_out.rows(idp, sp, tmp_path / "log-out"))


def test_the_row_of_a_right_password_by_tallystick_serve_runs(idp, sp, tmp_path):
    with flood.rows(idp, sp, tmp_path / "flood") as (alone, _flooded):
        run_each([alone])


def test_the_rows_of_radius_run(idp, sp, tmp_path):
    with radius.rows(idp, sp, tmp_path / "radius") as rows:
        run_each(rows)


def test_the_rows_of_the_pytest_plugin_run(tmp_path):
    with plugin.rows(tmp_path / "plugin") as rows:
        run_each(rows)


def test_an_accept_is_compared_with_freeradius_where_it_is_installed():
    server = RadiusServer(os.getpid(), free_port())
    with ExitStack() as stack:
        _, compared = radius.rows_of_accepts(server, server, stack)
        [alone] = radius.rows_of_accepts(server, None, stack)

    assert compared.beside == radius.FREERADIUS
    assert (alone.beside, alone.budget, alone.name) == (None, None, radius.NOT_INSTALLED)


def run_each(rows: list[Row]) -> None:
    """Run each row once; a row raises where it measures something else than it says."""
    assert rows
    for row in rows:
        for item in row.prepare(1):
            row.run(item)
        row.finish()
