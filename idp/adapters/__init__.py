"""Running adapters: loading, calling them within limits, and judging their answers."""
