"""How a tensor runs: one module a runtime."""
