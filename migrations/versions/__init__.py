"""One step a file, numbered; a released step never changes."""
