"""What an assertion says about a user: NameID and claims."""
