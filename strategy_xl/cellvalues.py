"""The ground under formulas and cells: one error value, one serial-day arithmetic."""
