"""What a forward computes is called so: outputs (N, T, …), and final states, or the value of a loss."""

from verification.models import model
from verification.models.model import Block

OUTPUTS, VALUE = model.OUTPUTS, "value"


def final_of(block: Block) -> str:
    """What the final state of a STATE block is called."""
    return f"final {block.name}"
