"""Root causes: programs with one planted fault each, recorded and diagnosed, and how often the fault is named."""
