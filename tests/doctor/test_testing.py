"""The doctor warns of a server that sends faulty responses."""

from __future__ import annotations

from idp.doctor.findings import Level


def test_a_server_for_testing_is_warned_of(server):
    assert "faults_allowed" not in server.codes(Level.WARNING)
    server.setting("testing", "allow_faults = true")
    assert "faults_allowed" in server.codes(Level.WARNING)
