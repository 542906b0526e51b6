"""Right layers, with their models where none is shipped, beside those of tests/layers."""
