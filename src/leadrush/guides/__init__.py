"""Guides: something to read, had at once for an e-mail address, or for nothing where the owner says so."""
