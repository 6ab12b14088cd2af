"""What every test stands on: all three databases, on SQLite or on PostgreSQL."""
