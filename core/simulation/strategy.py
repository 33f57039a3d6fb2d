"""What an operator wants to do next: one strategy per kind of task, in phases.

A strategy looks at what the operator sees (late) and answers for every phase at once; the
demonstrator picks the row of the phase that each simulation is in.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.simulation.rotation import length
from core.simulation.traits import Traits

OPEN, CLOSED = -1.0, 1.0


@dataclass(frozen=True)
class Seen:
    """What the operator sees of n simulations, reaction delay included."""

    end_effector: np.ndarray
    """(n, 3) [m]"""
    yaw: np.ndarray
    """Heading of the tool (n,) [rad]."""
    object: np.ndarray
    """(n, 3) [m]; zeros without an object."""
    object_yaw: np.ndarray
    """(n,) [rad]"""
    goal: np.ndarray
    """(n, 3) [m]; zeros without a goal."""
    grasped: np.ndarray
    """(n,) bool: both fingers touch the object."""


@dataclass(frozen=True)
class Intent:
    """What the operator wants in each phase; P phases, n simulations."""

    way: np.ndarray
    """Displacement still wanted (P, n, 3) [m]."""
    speed: np.ndarray
    """Share of the operator's usual speed (P, n)."""
    turn: np.ndarray
    """Turn about the vertical still wanted (P, n) [rad]."""
    gripper: np.ndarray
    """Wanted gripper command (P, n)."""
    then: np.ndarray
    """Phase for the next step (P, n); the same one to stay."""


class Strategy(Protocol):
    """Chooses among phases 0, 1, … of one kind of task."""

    def intend(self, seen: Seen, elapsed: np.ndarray, traits: Traits) -> Intent:
        """The wishes in every phase; `elapsed` (n,) steps have passed in the present one."""


class Reaching:
    """Go to the goal and stay."""

    def intend(self, seen: Seen, elapsed: np.ndarray, traits: Traits) -> Intent:
        """One phase."""
        n = len(elapsed)
        way = seen.goal + 2.0 * traits.aim - seen.end_effector
        zero = np.zeros((1, n))
        return Intent(way[None], zero + 1.0, zero, zero + OPEN, zero.astype(int))


class Grasping:
    """Hover, descend, close, lift; then carry and place where there is a goal."""

    HOVER, DESCEND, CLOSE, LIFT, CARRY, PLACE = range(6)

    def __init__(self, has_goal: bool) -> None:
        self._has_goal = has_goal

    def intend(self, seen: Seen, elapsed: np.ndarray, traits: Traits) -> Intent:
        """Six phases; a lost object sends the operator back to the first."""
        n = len(elapsed)
        box = seen.object + traits.aim
        above = box - seen.end_effector
        above[:, 2] += traits.hover
        down = box - seen.end_effector
        aside = np.hypot(down[:, 0], down[:, 1])
        # go down only as far as the hand is over the box, as one does
        down[:, 2] += np.clip(2.5 * (aside - 0.012), 0.0, 0.06)
        turn = _quarter(seen.object_yaw - seen.yaw) * traits.care

        lift = np.zeros((n, 3))
        lift[:, 2] = 0.02 + 0.08 + 0.03 + 0.25 * traits.hover - seen.object[:, 2]
        carry = seen.goal - seen.object + traits.aim
        sideways = np.hypot(carry[:, 0], carry[:, 1])
        place = carry.copy()
        place[:, 2] = np.maximum(place[:, 2], 0.004 - (seen.object[:, 2] - 0.02))
        carry[:, 2] += traits.carry * (seen.goal[:, 2] < 0.06)

        lost = length(seen.object - seen.end_effector) > 0.035
        arrived = length(above) < 0.025
        low = (np.abs(seen.object[:, 2] + traits.aim[:, 2] - seen.end_effector[:, 2]) < 0.008) & (
            aside < 0.010
        )
        low &= np.abs(turn) < 0.15
        sure = seen.grasped & (elapsed > traits.squeeze + traits.dwell)
        missed = elapsed > 25
        risen = seen.object[:, 2] > 0.02 + 0.4 * traits.carry + 0.02

        then = np.arange(6)[:, None] + np.zeros((1, n), dtype=int)
        then[self.HOVER] = np.where(arrived, self.DESCEND, then[self.HOVER])
        then[self.DESCEND] = np.where(low, self.CLOSE, then[self.DESCEND])
        then[self.CLOSE] = np.where(missed, self.HOVER, then[self.CLOSE])
        then[self.CLOSE] = np.where(sure, self.LIFT, then[self.CLOSE])
        if self._has_goal:
            then[self.LIFT] = np.where(risen, self.CARRY, then[self.LIFT])
        then[self.CARRY] = np.where(sideways < 0.025, self.PLACE, then[self.CARRY])
        for phase in (self.LIFT, self.CARRY, self.PLACE):
            then[phase] = np.where(lost, self.HOVER, then[phase])

        still = np.zeros((n, 3))
        ones = np.ones(n)
        return Intent(
            way=np.stack((above, down, still, lift, carry, place)),
            speed=np.stack((ones, 0.6 * ones, ones, 0.9 * ones, ones, 0.7 * ones)),
            turn=np.stack((turn, turn, 0 * turn, 0 * turn, 0 * turn, 0 * turn)),
            gripper=np.stack([OPEN * ones] * 2 + [CLOSED * ones] * 4),
            then=then,
        )


class Pushing:
    """Close the hand, turn it flat towards the goal, come down behind the box, push it there.

    Held flat, the closed fingers meet the box with their broad side. Pushed with an edge, the box
    would turn away from under them, as it does for people.
    """

    HOVER, DESCEND, PUSH, RETREAT = range(4)

    BEHIND = 0.060
    """Where the fingers come down, from the centre of the box [m]; nearer, a corner of theirs may
    land on a corner of the box."""

    def intend(self, seen: Seen, elapsed: np.ndarray, traits: Traits) -> Intent:
        """Four phases; the operator retreats and starts again when the box slips aside."""
        n = len(elapsed)
        line = seen.goal[:, :2] - seen.object[:, :2]
        left = np.maximum(length(line), 1e-6)
        along = line / left[:, None]
        behind = seen.object + traits.aim
        behind[:, :2] -= along * self.BEHIND
        above = behind - seen.end_effector
        above[:, 2] += 0.5 * traits.hover + 0.02
        down = behind - seen.end_effector
        down[:, 2] += 0.002 + np.clip(3.0 * (length(down[:, :2]) - 0.010), 0.0, 0.06)

        # one of the four sides of the closed fingers across the direction of the push
        turn = _quarter(np.arctan2(along[:, 1], along[:, 0]) - seen.yaw)

        offset = seen.end_effector[:, :2] - seen.object[:, :2]
        ahead = offset[:, 0] * along[:, 0] + offset[:, 1] * along[:, 1]
        aside = offset - along * ahead[:, None]
        push = np.zeros((n, 3))
        # as far as the box still has to go, and back onto the line behind it
        push[:, :2] = along * np.minimum(left, 0.08)[:, None] - 2.0 * aside
        push[left < 0.022, :2] = 0.0
        push[:, 2] = 0.024 + traits.aim[:, 2] - seen.end_effector[:, 2]
        slipped = (length(aside) > 0.030) | (ahead > -0.005)
        near = left < 0.036  # within the goal, where its direction says little
        retreat = np.zeros((n, 3))
        # away first: fingers that go up along the box would take it with them
        apart = length(offset)
        retreat[:, :2] = 0.05 * offset / np.maximum(apart, 1e-6)[:, None]
        retreat[:, 2] = np.where(apart > 0.042, 0.10 - seen.end_effector[:, 2], 0.0)

        then = np.arange(4)[:, None] + np.zeros((1, n), dtype=int)
        arrived = (length(above) < 0.02) & (np.abs(turn) < 0.25)
        low = (seen.end_effector[:, 2] < 0.035) & (length(down[:, :2]) < 0.015)
        up = seen.end_effector[:, 2] > 0.075
        then[self.HOVER] = np.where(arrived, self.DESCEND, then[self.HOVER])
        then[self.DESCEND] = np.where(low, self.PUSH, then[self.DESCEND])
        then[self.PUSH] = np.where(slipped & ~near, self.RETREAT, then[self.PUSH])
        then[self.RETREAT] = np.where(up, self.HOVER, then[self.RETREAT])

        ones = np.ones(n)
        # the direction to a goal that is near changes with every millimetre
        steady = turn * (left > 0.06)
        return Intent(
            way=np.stack((above, down, push, retreat)),
            speed=np.stack((ones, 0.7 * ones, 0.6 * ones, 0.8 * ones)),
            turn=np.stack((turn, turn, 0.5 * steady, 0.0 * turn)),
            gripper=np.full((4, n), CLOSED),
            then=then,
        )


def _quarter(angle: np.ndarray) -> np.ndarray:
    """The smallest turn with the same effect on a cube, in [-pi/4, pi/4) [rad]."""
    return np.mod(angle + 0.25 * np.pi, 0.5 * np.pi) - 0.25 * np.pi
