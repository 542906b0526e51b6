"""Right layers that do at once what no step waits for: U x before the steps, gradients of weights after."""
