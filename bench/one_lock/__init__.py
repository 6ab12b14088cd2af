"""The gate on PostgreSQL with the first lock only, to show what the second one costs."""
