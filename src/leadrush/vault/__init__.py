"""The person, a number without a name; everything that names them, sealed."""
