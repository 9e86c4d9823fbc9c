"""A whole catalogue in one file, from one machine or database to another; see docs/portable.md."""
