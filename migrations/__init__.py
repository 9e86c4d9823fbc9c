"""Every schema the catalogue ever had, as steps that Alembic applies."""
