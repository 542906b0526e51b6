"""What every other room uses: arrays and checks of arguments, products, and the ``repr`` of objects."""
