"""How papers are set that several rooms give."""
