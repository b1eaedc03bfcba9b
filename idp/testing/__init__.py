"""Fixtures for pytest: a running federation server, a service provider, a phone; no browser needed.

The plugin is :mod:`idp.testing.plugin`; what its fixtures give is made of the modules here.
"""
