"""How many threads torch may use."""


def use_one_torch_thread() -> None:
    """One thread per process, set before any torch work.

    The networks are small: with another core busy, two threads fell from 354 to 2 training
    steps per second, and the simulator keeps the other cores busy during an evaluation.
    """
    import torch

    torch.set_num_threads(1)
