"""Faults planted in the text of the engine's own LSTM and GRU, each with what a diagnosis owes it."""
