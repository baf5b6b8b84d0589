"""How databases of earlier versions become ones of this; Alembic runs them, in order."""
