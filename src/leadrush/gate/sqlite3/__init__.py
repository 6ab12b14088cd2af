"""SQLite behind the gate."""
