"""From samples to numbers: the spectrogram that the network sees, and named descriptors."""
