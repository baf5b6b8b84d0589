"""Template files described as frozen data: specs, loader, formula references."""
