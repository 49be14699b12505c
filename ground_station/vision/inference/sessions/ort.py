"""Runs an ONNX model on the CPU with ONNX Runtime. The only importer of onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from ground_station.core.errors import ModelPackError

_LOAD_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


class OrtSession:
    """One loaded model. `run` may be called from one thread at a time and releases the GIL.

    Args:
        name: what to call the model in errors.
        content: the bytes of the ONNX file.
        threads: CPU threads of one run. They sleep between runs: an idle node costs no CPU.

    Raises:
        ModelPackError: ONNX Runtime cannot use the file.
    """

    def __init__(self, name: str, content: bytes, *, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except _LOAD_ERRORS as error:
            raise ModelPackError(
                f"ONNX Runtime {onnxruntime.__version__} cannot load {name}: {error}",
                "Install the model pack of this release.",
            ) from error

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs for the named inputs."""
        return list(self._session.run(list(outputs), dict(inputs)))
