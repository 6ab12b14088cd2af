"""Faults planted in a copy of the house: each has to be found by what `make check` runs."""
