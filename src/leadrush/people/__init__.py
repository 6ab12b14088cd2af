"""Signing in, and what we hold about you: seen, corrected, switched off."""
