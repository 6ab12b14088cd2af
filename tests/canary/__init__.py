"""Canaries: words that must be found nowhere but in the vault's ciphertext."""
