"""Tests of the whole house; each part keeps its own beside its code."""
