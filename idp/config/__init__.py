"""The configuration: one typed object, read once from options, environment, file and defaults."""
