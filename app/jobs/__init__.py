"""Work off the GUI thread: training, evaluation, files."""
