"""A designed sample for the vanilla suite: its factors, a problem of each row, and how it is judged."""
