"""Fitting, evaluating and tracking: the only rooms that import scikit-learn and MLflow."""
