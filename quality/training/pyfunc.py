"""The model as MLflow serves it: this file travels with the model folder and is run where it is loaded; nothing is unpickled.

`mlflow models serve` and `mlflow.pyfunc.load_model` read it. The package itself must be installed there.
"""

from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc import PythonModel


class Quality(PythonModel):  # type: ignore[misc]  # mlflow has no types
    """`title`, optional `body`, `body_kind` and `tag` in; the columns of `quality.score_batch` out, one row each."""

    def load_context(self, context: Any) -> None:
        from quality.model import QualityModel

        self.model = QualityModel.load(context.artifacts["model"])

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        from quality.scoring import COLUMNS, score_batch

        scored: pd.DataFrame = score_batch(model_input, model=self.model, overwrite=True)[list(COLUMNS)]
        # None where there is no answer: NaN is no JSON
        answers: pd.DataFrame = scored.astype("object").where(scored.notna(), None)
        return answers


mlflow.models.set_model(Quality())
