"""Reports as pages: each one file, which needs no network, no script and no other file."""
