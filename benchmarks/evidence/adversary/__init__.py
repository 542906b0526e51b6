"""What an adversary can hide: faults that show under one, two or three conditions alone."""

from benchmarks.evidence.adversary.measuring import Adversary, as_json, as_text, confirmed, measure

__all__ = ["Adversary", "as_json", "as_text", "confirmed", "measure"]
