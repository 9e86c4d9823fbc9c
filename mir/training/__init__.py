"""Training a network: data and labels in, a model file out. Needs the extra `train`."""
