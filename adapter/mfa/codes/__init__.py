"""The code factor: time-based one-time passwords from the app or a token (RFC 6238)."""
