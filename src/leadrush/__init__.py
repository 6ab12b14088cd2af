"""LeadRush: a self-hosted site for people who sell what they know, whose privacy statement is executable."""
