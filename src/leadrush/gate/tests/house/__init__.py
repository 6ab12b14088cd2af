"""A little house of tables, some of them personal, for the gate to be tried on."""
