"""What is watched while a training runs: losses, speed, the representation, the policy."""
