"""Options of ``tallystick serve`` win over the environment, whose names count in any case."""

from __future__ import annotations

from idp.cli.serve import _override_settings
from idp.config.reading import from_values


def test_an_option_wins_over_a_variable_in_whatever_case(monkeypatch):
    for name in ("TALLYSTICK__SERVER__NODE", "tallystick__server__node"):
        monkeypatch.setenv(name, "of-the-environment")

    _override_settings({"SERVER__NODE": "of-the-option", "SERVE__WORKERS": None})

    assert from_values({}).server.node == "of-the-option"
