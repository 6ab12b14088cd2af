"""A room: the statement, readable by people and by machines."""
