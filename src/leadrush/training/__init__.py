"""Training: lessons that people buy or get, with their progress, notes, answers and a certificate."""
