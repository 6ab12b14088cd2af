"""An office that a law makes keep its invoices: invented, in tests alone."""
