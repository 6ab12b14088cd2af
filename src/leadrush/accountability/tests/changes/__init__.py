"""Changing the statement: drafts, differences, whom they concern, who is told and asked."""
