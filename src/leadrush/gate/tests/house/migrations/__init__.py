"""Tables of the house."""
