"""The claim rule language of AD FS: reading and writing it."""
