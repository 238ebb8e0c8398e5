"""Experiments with many runs: folds, variants, seeds."""
