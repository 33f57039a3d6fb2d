"""Threads of the window; they speak with it by immutable messages only."""
