"""Questions to the library: what sounds like this, within that filter, and why."""
