"""Right layers in chunks: matrix products within, and the state after each is carried to the next."""
