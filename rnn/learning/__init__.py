"""Forms of numbers for learning: parameters as one vector, values in units of their spread, classes."""
