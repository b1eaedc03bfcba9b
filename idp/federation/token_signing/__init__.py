"""The token-signing keys: their files, the primary and secondary key, and the rollover."""
