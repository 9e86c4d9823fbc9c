"""What the library knows: tracks, files, names and vectors in SQLite or Postgres."""
