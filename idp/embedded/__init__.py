"""What the demo and the pytest plugin share: servers in this process, phones, a test SP."""
