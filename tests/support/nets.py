"""The last net of what waits: a test hangs on events, and on time only when nothing happens."""

NET_SECONDS = 90
"""After which a test gives up; far above what a busy machine needs."""
