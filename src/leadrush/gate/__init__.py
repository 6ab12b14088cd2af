"""The use in force, and the database engines that hold every query to it."""
