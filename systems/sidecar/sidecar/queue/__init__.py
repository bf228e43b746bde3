"""The way of traces through Redis to explainers. A message only says that a trace may be claimed."""
