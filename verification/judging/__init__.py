"""From an engine and its claim to a verdict: properties, the run, the smallest example, a diagnosis."""
