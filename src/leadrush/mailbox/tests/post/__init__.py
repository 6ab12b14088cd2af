"""An app of the tests: one letter's template."""
