"""MomentGAN for PySpark 3.5. Needs the jar and its libraries in the session."""

from momentgan.ml import GanEstimator, GanModel

__all__ = ["GanEstimator", "GanModel"]
