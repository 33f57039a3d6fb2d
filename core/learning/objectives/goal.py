"""Goal map: where a demonstration goes from here, for planning."""

from core.learning.heads import probe
from core.learning.losses import latent_distance, masked_mean
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class Goal(Objective):
    """Distance of the mapped belief to the target latent `goal_horizon` steps later."""

    terms = ("goal",)
    phase = "head"
    shapes_belief = False
    part = "goal_map"
    needs = Need.STATES | Need.TARGETS

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        self.frames_ahead = model.configuration.loss.goal_horizon
        self.targets_of = (self.frames_ahead,)
        model.goal_map = probe(model.belief.known_size, model.encoder.latent)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        points = batch.points()
        # rows past the end repeat the last frame: near the end the goal is the end
        goal = batch.targets[:, points + model.configuration.loss.goal_horizon - 1]
        mapped = model.goal_map(model.belief.known(batch.states[:, points]))
        distance = latent_distance(mapped, goal, "plain", "mean")
        return {"goal": masked_mean(distance, batch.windows.imitated[:, points])}
