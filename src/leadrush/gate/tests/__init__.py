"""What keeps the gate shut, tried from every side."""
