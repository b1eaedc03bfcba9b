"""The configuration: one typed object, read once at the edge and handed to what needs it.

A variable ``TALLYSTICK__SECTION__KEY`` overrides the file ``tallystick.toml``, which overrides the
defaults.

Read first: ``schema`` (every section and setting with its default; larger sections have modules of
their own: ``server``, ``admin``, ``mfa``, ``adapters``, ``radius``, ``mail``, ``theme``,
``recorder`` and ``testing``). ``reading`` loads the file and reports all faults at once;
``sources`` says where each setting comes from (a value of ``places``), for ``tallystick config
show``, and ``meanings`` what each means. Every other room takes the parts it needs; none reads the
environment.
"""

CONFIG_VARIABLE = "TALLYSTICK_CONFIG"
"""The environment variable that names the configuration file."""

WORKER_THREADS = 600
"""Requests that one worker process serves at a time. Most of them may be phones that wait, or
wait for a phone: a waiting thread costs next to nothing."""

SETTING_PREFIX = "TALLYSTICK__"
"""How the environment variables begin that set one setting: ``TALLYSTICK__SECTION__KEY``."""
