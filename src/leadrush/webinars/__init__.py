"""Live webinars: people keep a seat with an e-mail address alone, and are told what they need to come."""
