"""Zip packages and cells: lossless reading, patching and building of xlsx files."""
