"""What the figures are compared with: the same tables without masks, on Django's own engines."""
