"""The parts that pages are made of: each shows or chooses one thing and knows no page."""
