"""`make bench`: how fast it is, against goals and against plain tables, measured in one run."""
