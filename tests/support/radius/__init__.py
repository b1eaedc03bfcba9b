"""RADIUS clients for tests, over real UDP; pyrad judges every reply."""
