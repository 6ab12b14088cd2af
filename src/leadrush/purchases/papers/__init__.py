"""How the papers of an order are set."""
