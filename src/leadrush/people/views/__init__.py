"""The pages of signing in, and of what we hold about somebody."""
