"""The tests mirror the package. This file prevents confusion with other packages named tests."""
