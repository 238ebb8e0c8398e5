"""Experiments of many runs: folds, variants, seeds."""
