"""What may be shown at a look, so that looking early finds no effects that are not there."""
