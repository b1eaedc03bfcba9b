"""What all web hosts share."""
