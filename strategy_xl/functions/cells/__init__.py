"""The cell functions, one module per concept of the method: take the cells, run the rule, present it."""

ORDER = (
    "clients",
    "smart",
    "kpi",
    "stakeholders",
    "swot",
    "positioning",
    "revenue",
    "combien",
    "funnel",
    "persona",
    "cqqcoqp",
    "icp",
)
"""Categories in the order of the reference pages."""
