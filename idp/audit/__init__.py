"""The sign-in log and the audit events."""
