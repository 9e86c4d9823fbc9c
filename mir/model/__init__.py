"""The network, what its outputs are called, and how to run it without torch."""
