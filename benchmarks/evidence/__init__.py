"""Whether a verdict can be believed: wrong engines, the detection curve, other checkers."""
