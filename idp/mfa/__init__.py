"""What hosts share around the MFA service: the bounded wait for a phone's answer."""
