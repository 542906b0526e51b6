"""From an engine and its claim to a verdict: the run, the tally, the judgement, the smallest example."""
