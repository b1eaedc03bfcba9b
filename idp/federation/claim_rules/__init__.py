"""Claim rules: AD FS's engine as values and pure functions (facts §D.3)."""
