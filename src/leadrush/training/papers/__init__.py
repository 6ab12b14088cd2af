"""How a certificate is set."""
