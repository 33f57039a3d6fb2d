"""The episodes of a folder: listed, edited, selected, checked and mended."""
