"""What is decided about a trust's metadata: what changes, what weakens, when to fetch it again."""
