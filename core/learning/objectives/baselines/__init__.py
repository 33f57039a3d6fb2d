"""What other methods learn a representation by."""
