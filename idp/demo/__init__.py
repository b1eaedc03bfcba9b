"""The demo: everything in one process, with sample users and a service provider to sign in to."""
