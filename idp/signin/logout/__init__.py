"""Single log-out by the front channel: the session's service providers, one after another."""
