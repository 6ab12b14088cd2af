"""The street: settings, addresses, pages and the process that serves them; knows every room."""
