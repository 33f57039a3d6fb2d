"""What was written for speed on a CPU, each equal to its plain torch counterpart."""
