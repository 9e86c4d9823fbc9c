"""Nearest neighbours among the vectors of the tracks: exact search and its file on disk."""
