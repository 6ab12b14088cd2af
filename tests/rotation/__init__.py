"""The master key exchanged under a running site."""
