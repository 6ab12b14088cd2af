"""The restore drill: whatever backup comes back, nobody who was erased does."""
