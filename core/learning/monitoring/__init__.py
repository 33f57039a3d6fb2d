"""What is measured of a representation and a policy while it learns."""
