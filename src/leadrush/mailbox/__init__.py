"""Every message that goes out: written in the caller's transaction, sent once."""
