"""The doors of training: public pages, lessons, what a learner leaves, and certificates."""
