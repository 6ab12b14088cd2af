"""A room: webinars, planned, registered for and attended."""
