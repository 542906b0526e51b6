"""What is asked: a model as data, its functions, a case of it, a scope, and what is drawn."""
