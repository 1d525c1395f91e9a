"""A booster's raw scores: LightGBM's Python interface for a batch, its C interface for a row.

The Python interface takes twice as long to hand over one row as the trees do to read it. The C interface has a call for
single rows, set up once a thread; its answers are the same to the last bit.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_FLOAT64, _RAW_SCORE = 1, 1  # C_API_DTYPE_FLOAT64, C_API_PREDICT_RAW_SCORE
# one thread: predicting with more hangs after a fork and has an 8 ms tail on single rows
_PARAMETERS = {"num_threads": 1}


class _Prepared:
    """A booster made ready for single rows, for one thread."""

    def __init__(self, library: Any, booster: Any) -> None:
        self._library = library
        self._booster = booster  # which must not go before what was made of it
        self._config = ctypes.c_void_p()
        self.width = booster.num_feature()
        parameters = " ".join(f"{name}={value}" for name, value in _PARAMETERS.items())
        failed = library.LGBM_BoosterPredictForMatSingleRowFastInit(
            booster._handle,
            ctypes.c_int(_RAW_SCORE),
            ctypes.c_int(0),
            ctypes.c_int(-1),
            ctypes.c_int(_FLOAT64),
            ctypes.c_int32(self.width),
            ctypes.c_char_p(parameters.encode()),
            ctypes.byref(self._config),
        )
        if failed:
            raise AttributeError("LightGBM can't set up single rows")
        self._length, self._answer = ctypes.c_int64(), ctypes.c_double()
        self._out = ctypes.byref(self._length), ctypes.byref(self._answer)

    def __del__(self) -> None:
        if self._config:
            self._library.LGBM_FastConfigFree(self._config)

    def raw(self, row: Array) -> float:
        failed = self._library.LGBM_BoosterPredictForMatSingleRowFast(
            self._config, ctypes.c_void_p(row.ctypes.data), *self._out
        )
        if failed:
            raise RuntimeError("LightGBM can't read the row")
        return self._answer.value


class RawScores:
    """`booster.predict(columns, raw_score=True)` in one thread, whatever the number of rows."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster
        self._local = threading.local()

    def __call__(self, columns: Array) -> Array:
        """Raw scores of a float64 array, one a row."""
        if len(columns) == 1:
            prepared = self._prepared()
            if prepared is not None and columns.shape[1] == prepared.width:
                return np.array([prepared.raw(np.ascontiguousarray(columns, dtype=np.float64))])
        return np.asarray(self._booster.predict(columns, raw_score=True, **_PARAMETERS), dtype=float)

    def _prepared(self) -> _Prepared | None:
        try:
            found: _Prepared | None = self._local.prepared
        except AttributeError:
            try:
                from lightgbm.basic import _LIB

                found = _Prepared(_LIB, self._booster)
            except (ImportError, AttributeError):  # a LightGBM that keeps its library elsewhere: slower, and the same
                found = None
            self._local.prepared = found
        return found
