"""The records, by family; ``LEFT_OUT`` says what cannot be said in arrays on a CPU, and why."""
