"""`python -m core demonstrate`: record the scripted operator."""

from dataclasses import dataclass
from pathlib import Path

from core.commands.process import stop_on_interrupt
from core.commands.program import SUCCESS, UsageError, say_saved
from core.commands.progress import ProgressBar
from core.data import Workspace, require_writable, scripted_episode, write_episode


@dataclass(frozen=True)
class Demonstrate:
    """Record demonstrations with the scripted operator, one file per episode.

    Prints "saved PATH" on standard output once an episode is safely on disk. Episodes that
    fail are dropped and others recorded instead. The same task and seed give the same
    episodes under the same names; running again replaces them.

    Example: python -m core demonstrate --task push --episodes 50 --seed 0 --out recordings/mine
    """

    task: str
    """Task to demonstrate: reach, lift, push or pick_place."""
    out: Path
    """Workspace; episodes go into its folder `episodes`."""
    episodes: int = 25
    """Number of episodes to keep."""
    seed: int = 0
    """Seed of the first start; training uses 0 and up, evaluation 1,000,000 and up."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        if self.episodes < 1:
            raise UsageError(f"--episodes is {self.episodes}; expected at least 1")
        if self.seed < 0:
            raise UsageError(f"--seed is {self.seed}; expected 0 or more")
        # The simulator is loaded only now: `--help` and wrong usage answer at once.
        from core import simulation

        simulation.TASKS[self.task]  # an unknown task ends here
        folder = require_writable(Workspace(self.out).episodes)  # before minutes of simulation
        # a KeyboardInterrupt that lands in a weak reference's callback is lost; a question is not
        with (
            stop_on_interrupt() as interrupted,
            ProgressBar(f"demonstrating {self.task}", self.episodes) as bar,
        ):
            rollouts = simulation.demonstrate(self.task, self.episodes, self.seed)
            for done, rollout in enumerate(rollouts, start=1):
                episode = scripted_episode(rollout)
                path = write_episode(folder, episode, replace=True)
                say_saved(path)
                bar.update(done, f"seed {rollout.seed}, {episode.info.duration:.1f} s")
                if interrupted.is_set():
                    raise KeyboardInterrupt
        return SUCCESS
