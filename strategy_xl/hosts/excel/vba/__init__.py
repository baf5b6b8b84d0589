"""The add-in's VBA project as bytes: compound file, compression, streams, modules."""
