"""The tables of `gate`."""
