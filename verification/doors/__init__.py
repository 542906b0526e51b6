"""The ways in which an engine comes to be judged, one a file. What a door returns is given to ``verify``."""
