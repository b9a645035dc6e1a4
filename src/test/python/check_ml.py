"""Checks the Python stages within a Spark distribution; src/site/markdown/spark-ml.md has the command."""

import os
import random
import tempfile
import unittest

from py4j.protocol import Py4JJavaError
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.image import ImageSchema
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, DoubleType, FloatType, StructType

from momentgan import GanEstimator, GanModel

SIDE = 5
UNITS = 8
TINY = """
name: tiny
latent: {size: 4}
generator: {layers: [{type: dense, units: 8}]}
discriminator: {layers: [{type: dense, units: 8}, {type: noise, sd: 0.1}]}
train: {epochs: 3, batch-size: 10, averaging-frequency: 2}
samples: {grid: 4, stored: 11}
"""


def row(label):
    """An image that is bright from the row of its class on, as a struct, a vector and an array."""
    values = [random.randrange(60) + (190 if i // SIDE > label else 0) for i in range(SIDE * SIDE)]
    image = ("", SIDE, SIDE, 1, 0, bytearray(values))
    return image, Vectors.dense(values), [float(value) for value in values], float(label)


class MlTest(unittest.TestCase):
    """Trains once, then looks at the model from all sides."""

    @classmethod
    def setUpClass(cls):
        random.seed(1)
        cls.spark = SparkSession.builder.appName("check_ml").getOrCreate()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.experiment = cls.path("tiny.yaml")
        with open(cls.experiment, "w", encoding="utf-8") as file:
            file.write(TINY)
        columns = (
            StructType()
            .add("image", ImageSchema.columnSchema)
            .add("vector", VectorUDT())
            .add("array", ArrayType(FloatType()))
            .add("label", DoubleType())
        )
        cls.rows = cls.spark.createDataFrame([row(i % 3) for i in range(60)], columns)
        cls.model = cls.estimator("images").fit(cls.rows)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def estimator(cls, out, **params):
        return GanEstimator(
            experiment=cls.experiment,
            settings=["train.averaging-frequency=3"],
            seed=7,
            workers=2,
            out=cls.path(out),
            **params,
        )

    def images(self, rows):
        return [bytes(row.generated.data) for row in rows.select("generated").collect()]

    def test_fit_trains_with_the_settings(self):
        with open(self.path("images/00000-tiny/run.yaml"), encoding="utf-8") as file:
            record = file.read()
        self.assertIn("averaging-frequency: 3", record)
        self.assertIn("seed: 7", record)
        self.assertEqual(3, self.model.epoch)
        self.assertEqual(7, self.model.getSeed())
        self.assertEqual("image", self.model.getImageCol())
        self.assertFalse(self.model.isDefined("labelCol"))

    def test_transform_adds_images(self):
        drawn = self.model.transform(self.spark.range(12).repartition(1))
        self.assertEqual(["id", "generated"], drawn.columns)
        self.assertEqual(ImageSchema.columnSchema, drawn.schema["generated"].dataType)
        images = self.images(drawn)
        self.assertEqual([SIDE * SIDE] * 12, [len(image) for image in images])
        self.assertEqual(12, len(set(images)))
        again = self.model.transform(self.spark.range(12).repartition(1))
        self.assertEqual(images, self.images(again))
        other = self.model.copy().setSeed(2**40)
        self.assertNotEqual(images, self.images(other.transform(self.spark.range(12))))
        self.assertEqual(7, self.model.getSeed())

    def test_transform_takes_parameters_of_the_call(self):
        named = self.model.transform(self.spark.range(3), {self.model.outputCol: "drawn"})
        self.assertEqual(["id", "drawn"], named.columns)
        self.assertEqual("generated", self.model.getOutputCol())

    def test_generate_is_a_frame(self):
        drawn = self.model.generate(9, 4)
        self.assertEqual(list(range(9)), sorted(row["index"] for row in drawn.collect()))

    def test_runs_load_by_their_folder(self):
        run = self.path("images/00000-tiny")
        newest = GanModel.of_run(self.spark, run)
        self.assertEqual(3, newest.epoch)
        self.assertEqual(1, newest.getSeed())
        first = GanModel.of_run(self.spark, run, epoch=1)
        self.assertEqual(1, first.epoch)
        rows = self.spark.range(4)
        self.assertNotEqual(
            self.images(newest.transform(rows)), self.images(first.transform(rows))
        )

    def test_all_columns_of_images_have_the_same_features(self):
        features = self.model.copy().setFeaturesFrom("discriminator").setOutputCol("features")
        by_column = []
        for column in ("image", "vector", "array"):
            found = features.setImageCol(column).transform(self.rows).select("features").collect()
            self.assertEqual(UNITS, found[0].features.size)
            by_column.append([row.features for row in found])
        self.assertEqual(by_column[0], by_column[1])
        self.assertEqual(by_column[0], by_column[2])

    def test_pipeline_of_features_learns_is_saved_and_loaded(self):
        features = self.model.copy().setFeaturesFrom("discriminator").setOutputCol("features")
        fitted = Pipeline(stages=[features, LogisticRegression(maxIter=50)]).fit(self.rows)
        predicted = fitted.transform(self.rows).select("prediction", "label").collect()
        self.assertGreater(sum(row.prediction == row.label for row in predicted), 50)
        fitted.write().overwrite().save(self.path("fitted"))
        loaded = PipelineModel.load(self.path("fitted"))
        self.assertIsInstance(loaded.stages[0], GanModel)
        self.assertEqual("discriminator", loaded.stages[0].getFeaturesFrom())
        again = loaded.transform(self.rows).select("prediction", "label").collect()
        self.assertEqual(predicted, again)

    def test_pipeline_with_the_estimator_is_saved_and_loaded(self):
        Pipeline(stages=[self.estimator("piped", epochs=1)]).save(self.path("pipeline"))
        loaded = Pipeline.load(self.path("pipeline"))
        gan = loaded.getStages()[0]
        self.assertIsInstance(gan, GanEstimator)
        self.assertEqual(["train.averaging-frequency=3"], gan.getSettings())
        fitted = loaded.fit(self.rows)
        self.assertEqual(1, fitted.stages[0].epoch)
        self.assertEqual(60, fitted.transform(self.rows).select("generated").count())

    def test_stages_are_saved_and_loaded(self):
        self.model.save(self.path("model"))
        loaded = GanModel.load(self.path("model"))
        self.assertEqual(self.model.uid, loaded.uid)
        self.assertEqual(7, loaded.getSeed())
        rows = self.spark.range(4)
        self.assertEqual(
            self.images(self.model.transform(rows)), self.images(loaded.transform(rows))
        )
        self.estimator("unused", epochs=4).save(self.path("estimator"))
        estimator = GanEstimator.load(self.path("estimator"))
        self.assertEqual(4, estimator.getEpochs())
        self.assertEqual(7, estimator.getSeed())
        self.assertEqual(2, estimator.getWorkers())
        self.assertEqual(self.path("unused"), estimator.getOut())
        self.assertFalse(estimator.isDefined("labelCol"))

    def test_classes_are_drawn(self):
        estimator = self.estimator("classes", labelCol="label", epochs=1)
        model = estimator.fit(self.rows)
        self.assertEqual("label", model.getLabelCol())
        images = self.images(model.transform(self.rows))
        self.assertEqual([SIDE * SIDE] * 60, [len(image) for image in images])
        drawn = model.generate(6, 1).orderBy("index").collect()
        self.assertEqual([0, 1, 2, 0, 1, 2], [row.label for row in drawn])

    def test_maps_of_parameters_train_several(self):
        estimator = self.estimator("maps", epochs=1)
        models = estimator.fit(self.rows, [{estimator.seed: 8}, {estimator.seed: 9}])
        self.assertEqual([8, 9], [model.getSeed() for model in models])
        rows = self.spark.range(4)
        self.assertNotEqual(*[self.images(model.transform(rows)) for model in models])

    def test_refusals_are_one_line(self):
        self.assert_refused(
            "epochs: found 0, expected a positive number",
            lambda: self.estimator("refused", epochs=0).fit(self.rows),
        )
        self.assert_refused(
            "imageCol: found columns image, vector, array, label, expected one named pixels",
            lambda: self.estimator("refused", imageCol="pixels").fit(self.rows),
        )
        self.assert_refused(
            "featuresFrom: found both, expected one of none, discriminator",
            lambda: self.model.copy().setFeaturesFrom("both").transform(self.rows),
        )
        with self.assertRaises(TypeError):
            self.estimator("refused").setEpochs("many")

    def assert_refused(self, message, call):
        with self.assertRaises(Py4JJavaError) as caught:
            call()
        self.assertEqual(message, caught.exception.java_exception.getMessage())

    def test_defaults_are_those_of_java(self):
        for stage in (GanEstimator(), self.model):
            for param in stage.params:
                java = stage._java_obj.getParam(param.name)
                self.assertEqual(
                    stage._java_obj.hasDefault(java), stage.hasDefault(param), param.name
                )
                if stage.hasDefault(param):
                    default = stage._java_obj.getDefault(java).get()
                    default = list(default) if param.name == "settings" else default
                    self.assertEqual(default, stage._defaultParamMap[param], param.name)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
