"""The library in two dimensions: what sounds alike lies together."""
