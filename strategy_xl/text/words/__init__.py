"""Words of objectives: language, numbers, dates and lexicons of sales texts, in French and English."""
