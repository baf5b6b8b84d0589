"""Personal data: what is held about a name, how to forget it, how long it is kept, the register of it all."""

YEARS = 3
"""Years after the last contact that somebody is kept, unless told: what the French authority recommends."""
VARIABLE = "STRATEGY_XL_RETENTION_YEARS"
"""Environment variable with another number of years."""
