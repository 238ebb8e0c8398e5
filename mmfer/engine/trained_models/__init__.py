"""The models of checkpoints outside a runner."""
