"""Access control: who gets access to which trust, and who is asked for the second factor first."""
