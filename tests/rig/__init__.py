"""What the tests stand on: databases copied from a migrated template, a private PostgreSQL, seeds."""
