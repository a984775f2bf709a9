"""From form fields and files, or a command line's arguments, to a ``Job``; it knows no web library."""
