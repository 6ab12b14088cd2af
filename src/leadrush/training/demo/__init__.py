"""What the demo training teaches, and what is said in its film."""
