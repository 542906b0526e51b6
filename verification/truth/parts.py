"""Names of what a forward computes: outputs (N, T, …), and final states, or the value of a loss."""

from verification.models import model
from verification.models.model import Block

OUTPUTS, VALUE = model.OUTPUTS, "value"


def final_of(block: Block) -> str:
    """The name of the final state of a STATE block."""
    return f"final {block.name}"
