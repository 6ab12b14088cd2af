"""The processes that serve the site: one command, one port, web and worker, started and ended together."""
