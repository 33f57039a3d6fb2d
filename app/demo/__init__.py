"""The whole main job, unattended: a virtual gamepad drives the real window from recording to
comparison. `python -m app.demo`."""
