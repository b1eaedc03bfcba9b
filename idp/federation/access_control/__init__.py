"""Who gets in where, and who is asked for the second factor first (facts §D.1, §D.2)."""
