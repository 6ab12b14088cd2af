"""PostgreSQL behind the gate."""
