"""The stages of io.momentgan.ml for Spark ML; its Javadoc says what they do."""

import sys
from typing import Optional

from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLReader, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel
from pyspark.sql import DataFrame, SparkSession

# Pipelines look up a stage's Python class in a module of its Java package's name.
sys.modules["io.momentgan.ml"] = sys.modules[__name__]


class _Reader(JavaMLReader):
    """Reads a stage by its Java class, which is in none of Spark's packages."""

    @classmethod
    def _java_loader_class(cls, clazz):
        return clazz._java_class


class _Readable(JavaMLReadable):
    @classmethod
    def read(cls):
        return _Reader(cls)


class GanEstimator(JavaEstimator, _Readable, JavaMLWritable):
    """Trains a GAN on a column of images."""

    _java_class = "io.momentgan.ml.GanEstimator"

    imageCol = Param(
        Params._dummy(),
        "imageCol",
        "column of images: image structs, vectors or arrays of 0 to 255, or binary",
        TypeConverters.toString,
    )
    labelCol = Param(
        Params._dummy(),
        "labelCol",
        "column of classes, numbered from 0",
        TypeConverters.toString,
    )
    experiment = Param(
        Params._dummy(),
        "experiment",
        "a preset such as quickstart, or a YAML file of settings",
        TypeConverters.toString,
    )
    settings = Param(
        Params._dummy(),
        "settings",
        "settings of the form key=value",
        TypeConverters.toListString,
    )
    epochs = Param(
        Params._dummy(),
        "epochs",
        "epochs of the training",
        TypeConverters.toInt,
    )
    seed = Param(
        Params._dummy(),
        "seed",
        "seed of the training",
        TypeConverters.toInt,
    )
    out = Param(
        Params._dummy(),
        "out",
        "folder that gets the run's folder",
        TypeConverters.toString,
    )
    workers = Param(
        Params._dummy(),
        "workers",
        "shards trained side by side",
        TypeConverters.toInt,
    )

    def __init__(self, **params) -> None:
        """Takes parameters by their names, such as imageCol="image"."""
        super().__init__()
        self._java_obj = self._new_java_obj(self._java_class, self.uid)
        self._setDefault(imageCol="image", experiment="quickstart", settings=[], out="runs")
        self._set(**params)

    def _create_model(self, java_model) -> "GanModel":
        return GanModel(java_model)

    def setImageCol(self, value) -> "GanEstimator":
        """Sets imageCol."""
        return self._set(imageCol=value)

    def getImageCol(self):
        """Returns imageCol."""
        return self.getOrDefault(self.imageCol)

    def setLabelCol(self, value) -> "GanEstimator":
        """Sets labelCol."""
        return self._set(labelCol=value)

    def getLabelCol(self):
        """Returns labelCol."""
        return self.getOrDefault(self.labelCol)

    def setExperiment(self, value) -> "GanEstimator":
        """Sets experiment."""
        return self._set(experiment=value)

    def getExperiment(self):
        """Returns experiment."""
        return self.getOrDefault(self.experiment)

    def setSettings(self, value) -> "GanEstimator":
        """Sets settings."""
        return self._set(settings=value)

    def getSettings(self):
        """Returns settings."""
        return self.getOrDefault(self.settings)

    def setEpochs(self, value) -> "GanEstimator":
        """Sets epochs."""
        return self._set(epochs=value)

    def getEpochs(self):
        """Returns epochs."""
        return self.getOrDefault(self.epochs)

    def setSeed(self, value) -> "GanEstimator":
        """Sets seed."""
        return self._set(seed=value)

    def getSeed(self):
        """Returns seed."""
        return self.getOrDefault(self.seed)

    def setOut(self, value) -> "GanEstimator":
        """Sets out."""
        return self._set(out=value)

    def getOut(self):
        """Returns out."""
        return self.getOrDefault(self.out)

    def setWorkers(self, value) -> "GanEstimator":
        """Sets workers."""
        return self._set(workers=value)

    def getWorkers(self):
        """Returns workers."""
        return self.getOrDefault(self.workers)


class GanModel(JavaModel, _Readable, JavaMLWritable):
    """A trained GAN: adds generated images, or the discriminator's features of images."""

    _java_class = "io.momentgan.ml.GanModel"

    imageCol = Param(
        Params._dummy(),
        "imageCol",
        "column of images, for features",
        TypeConverters.toString,
    )
    labelCol = Param(
        Params._dummy(),
        "labelCol",
        "column of the classes to draw",
        TypeConverters.toString,
    )
    outputCol = Param(
        Params._dummy(),
        "outputCol",
        "column that is added",
        TypeConverters.toString,
    )
    featuresFrom = Param(
        Params._dummy(),
        "featuresFrom",
        "none to generate images, discriminator for its features",
        TypeConverters.toString,
    )
    seed = Param(
        Params._dummy(),
        "seed",
        "seed of the generated images",
        TypeConverters.toInt,
    )

    @classmethod
    def of_run(
        cls, spark: SparkSession, location: str, epoch: Optional[int] = None
    ) -> "GanModel":
        """Loads an epoch's checkpoint of a run's folder, by default the newest."""
        java_class = spark._jvm.io.momentgan.ml.GanModel
        if epoch is None:
            return cls(java_class.load(spark._jsparkSession, location))
        return cls(java_class.loadEpoch(spark._jsparkSession, location, epoch))

    def __init__(self, java_model=None) -> None:
        super().__init__(java_model)
        self._setDefault(imageCol="image", outputCol="generated", featuresFrom="none", seed=1)

    @property
    def epoch(self) -> int:
        """The epoch of the checkpoint."""
        return self._call_java("epoch")

    def generate(self, count: int, seed: int) -> DataFrame:
        """Draws images on the workers."""
        return self._call_java("generate", count, seed)

    def setImageCol(self, value) -> "GanModel":
        """Sets imageCol."""
        return self._set(imageCol=value)

    def getImageCol(self):
        """Returns imageCol."""
        return self.getOrDefault(self.imageCol)

    def setLabelCol(self, value) -> "GanModel":
        """Sets labelCol."""
        return self._set(labelCol=value)

    def getLabelCol(self):
        """Returns labelCol."""
        return self.getOrDefault(self.labelCol)

    def setOutputCol(self, value) -> "GanModel":
        """Sets outputCol."""
        return self._set(outputCol=value)

    def getOutputCol(self):
        """Returns outputCol."""
        return self.getOrDefault(self.outputCol)

    def setFeaturesFrom(self, value) -> "GanModel":
        """Sets featuresFrom."""
        return self._set(featuresFrom=value)

    def getFeaturesFrom(self):
        """Returns featuresFrom."""
        return self.getOrDefault(self.featuresFrom)

    def setSeed(self, value) -> "GanModel":
        """Sets seed."""
        return self._set(seed=value)

    def getSeed(self):
        """Returns seed."""
        return self.getOrDefault(self.seed)
