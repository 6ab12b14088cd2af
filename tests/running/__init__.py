"""What is done to a site while it runs and people come: its master key exchanged, a version published."""
