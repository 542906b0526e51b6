"""What a call of a network or a layer takes and returns, checked, and in the engine's order."""
