"""What tensors mean: one module a model family."""
