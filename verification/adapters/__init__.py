"""Adapters: each file is one way to present an engine. ``verify`` takes what an adapter returns."""
