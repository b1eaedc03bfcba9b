"""A policy with a parameter, as a file of TOML, and the trust that tests assign it to."""

POLICY = """\
[[permit]]
networks = ["intranet"]

[[permit]]
groups = ["{Admins}"]
require_mfa = true
"""
TRUST = "https://sp.example.test/metadata"
