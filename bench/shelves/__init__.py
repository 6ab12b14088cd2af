"""Eight declared tables more, so that what walks all of them meets the fifteen of a house with more rooms."""
