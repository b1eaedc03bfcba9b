"""What every web host needs of a signed-in user: sealed values, the session, the clock."""
