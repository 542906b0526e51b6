"""Oracles: independent ways to the true gradient. None imports the engine's forward, slopes or loops."""
