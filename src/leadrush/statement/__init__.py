"""The privacy statement as data: clauses, terms, versions and the decision. Pure Python."""
