"""The use cases of administration, without web."""
