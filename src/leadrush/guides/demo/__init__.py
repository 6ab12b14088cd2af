"""The text of the demo's guides, and how they are set."""
