"""How well a model hears: measures, their intervals, and the protocols that print them."""
