"""The article whose rule this project began with: its facts, its training, its rule as wrong engines."""
