"""Claim rules: AD FS's engine as values and pure functions (docs/claims.md)."""
