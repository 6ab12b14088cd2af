"""What the demo training shows: a short film of three beds, and what is said in it."""
