"""The tables of `training`."""
