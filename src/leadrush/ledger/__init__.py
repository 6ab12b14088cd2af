"""Who used what, when and why: written before a value opens, never a value."""
