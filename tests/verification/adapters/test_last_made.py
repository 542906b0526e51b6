"""What was made last is used again."""

from verification.adapters.last_made import LastMade


def test_an_object_is_made_again_where_it_is_for_something_else():
    """And after that the one before is no longer there."""
    kept, made = LastMade(), []
    for key in (1, 1, 2, 2, 1):
        assert kept.made(key, lambda: made.append(len(made)) or len(made)) == len(made)
    assert made == [0, 1, 2]
    assert LastMade().made(1, lambda: 5) == 5
