"""`compare.py FIRST SECOND`: do two workspaces hold the same episodes, in every field?"""

import sys

from core.data import list_episodes, read_episode
from core.exchange import same_data

first, second = (
    {entry.identifier: read_episode(entry.path) for entry in list_episodes(folder)}
    for folder in sys.argv[1:3]
)
if first.keys() != second.keys():
    sys.exit(f"other episodes: {sorted(first.keys() ^ second.keys())}")
for name, episode in first.items():
    if not same_data(episode, second[name]):
        sys.exit(f"{name} differs")
sys.stdout.write(f"{len(first)} episodes came back equal\n")
