"""Backups: of the data, of the keys apart from them, and how a site is put back from both."""
