"""The converter, on a small graph of the same operations: the ONNX computes what the graph says."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from tools import convert_nanodet as tool

Floats = NDArray[np.float32]
PADS = (5, 3, 1, 7)  # top, bottom, left, right


class GraphFile:
    """Writes a tfjs graph model."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = [{"name": "input_1", "op": "Placeholder"}]
        self.described: list[dict[str, Any]] = []
        self.content = b""

    def const(self, name: str, array: NDArray[Any]) -> str:
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": "int32"}
        if array.dtype == np.float16:
            entry |= {"dtype": "float32", "quantization": {"dtype": "float16"}}
        self.described.append(entry)
        self.content += array.tobytes()
        return name

    def ints(self, name: str, values: Any) -> str:
        return self.const(name, np.array(values, np.int32))

    def node(self, name: str, op: str, inputs: list[str], **attr: Any) -> str:
        self.nodes.append({"name": name, "op": op, "input": inputs, "attr": attr})
        return name

    def write(self, folder: Path) -> Path:
        (folder / "w.bin").write_bytes(self.content)
        path = folder / "graph.json"
        path.write_text(
            json.dumps(
                {
                    "modelTopology": {"node": self.nodes},
                    "weightsManifest": [{"paths": ["w.bin"], "weights": self.described}],
                }
            )
        )
        return path


def add_head(
    graph: GraphFile,
    source: str,
    index: int,
    kernel: NDArray[np.float16],
    bias: NDArray[np.float16],
) -> None:
    """Convolution, split, sigmoid, flatten, as each stride of NanoDet ends."""
    stride = (8, 16, 32)[index]
    valid = {"s": base64.b64encode(b"VALID").decode()}
    steps = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
    graph.const(f"k{index}", kernel)
    graph.const(f"b{index}", bias)
    graph.ints(f"first{index}", [0, 3, 1, 2])
    graph.ints(f"sizes{index}", [80, 44])
    graph.ints(f"axis{index}", 1)
    graph.ints(f"swap{index}", [0, 2, 1])
    graph.node(f"conv{index}", "Conv2D", [source, f"k{index}"], padding=valid, strides=steps)
    graph.node(f"bias{index}", "Add", [f"conv{index}", f"b{index}"])
    graph.node(f"nchw{index}", "Transpose", [f"bias{index}", f"first{index}"])
    graph.node(f"split{index}", "SplitV", [f"nchw{index}", f"sizes{index}", f"axis{index}"])
    graph.node(f"sig{index}", "Sigmoid", [f"split{index}"])
    for part, (value, output) in enumerate(
        [(f"sig{index}", index), (f"split{index}:1", index + 3)]
    ):
        graph.node(f"flat{index}{part}", "Reshape", [value, "shape"])
        graph.node(f"rows{index}{part}", "Transpose", [f"flat{index}{part}", f"swap{index}"])
        name = f"Identity_{output}" if output else "Identity"
        graph.node(name, "Identity", [f"rows{index}{part}"])


def make_graph(folder: Path) -> tuple[Path, list[tuple[Floats, Floats]]]:
    rng = np.random.default_rng(3)
    graph = GraphFile()
    graph.ints("pads", [[0, 0], [0, 0], PADS[:2], PADS[2:]])
    graph.ints("last", [0, 2, 3, 1])
    graph.node("padded", "Pad", ["input_1", "pads"])
    graph.node("padded_last", "Transpose", ["padded", "last"])
    graph.node("input_last", "Transpose", ["input_1", "last"])
    weights = []
    for index, size in enumerate((16, 16, 32)):
        kernel = (rng.standard_normal((size, size, 3, 124)) / size).astype(np.float16)
        bias = rng.standard_normal(124).astype(np.float16)
        add_head(graph, "input_last" if index else "padded_last", index, kernel, bias)
        weights.append((kernel.astype(np.float32), bias.astype(np.float32)))
    return graph.write(folder), weights


def expected(picture: NDArray[np.uint8], weights: list[tuple[Floats, Floats]]) -> Floats:
    """(124, cells) before the sigmoid, by plain numpy."""
    parts = []
    for index, (kernel, bias) in enumerate(weights):
        # The published first convolution divides by the deviation: the script folds it in there.
        centred = picture.astype(np.float32) - np.array(tool.MEAN_BGR, np.float32)
        if index == 0:
            centred /= np.array(tool.STD_BGR, np.float32)
            centred = np.pad(centred, (PADS[:2], PADS[2:], (0, 0)))
        size, stride = kernel.shape[0], (8, 16, 32)[index]
        windows = np.lib.stride_tricks.sliding_window_view(centred, (size, size), (0, 1))
        windows = windows[::stride, ::stride]  # rows, columns, channels, y, x
        values = np.einsum("rcdyx,yxdo->orc", windows, kernel, optimize=True)
        parts.append(values.reshape(124, -1) + bias[:, None])
    return np.concatenate(parts, axis=1).astype(np.float32)


def test_the_onnx_computes_what_the_graph_says(tmp_path: Path) -> None:
    source, weights = make_graph(tmp_path)
    output = tmp_path / "made.onnx"
    assert tool.main([str(source), str(output)]) == 0
    session = onnxruntime.InferenceSession(output.read_bytes(), providers=["CPUExecutionProvider"])
    pictures = np.random.default_rng(4).integers(0, 256, (2, 416, 416, 3), np.uint8)
    scores, distances = session.run(["scores", "distances"], {"picture": pictures})
    for index, picture in enumerate(pictures):
        raw = expected(picture, weights)
        assert np.allclose(distances[index], raw[80:], rtol=2e-3, atol=2e-2)
        assert np.allclose(scores[index], 1 / (1 + np.exp(-raw[:80].clip(-60))), atol=5e-3)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    source, _ = make_graph(tmp_path)
    assert tool.build_model(source) == tool.build_model(source)


@pytest.mark.parametrize("op", ["Softmax", "Conv3D"])
def test_an_unknown_operation_is_named(
    tmp_path: Path, op: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source, _ = make_graph(tmp_path)
    document = json.loads(source.read_text())
    document["modelTopology"]["node"][3]["op"] = op
    source.write_text(json.dumps(document))
    assert tool.main([str(source), str(tmp_path / "out.onnx")]) == 1
    assert f"unknown operation {op}" in capsys.readouterr().err
    assert not (tmp_path / "out.onnx").exists()


@pytest.mark.parametrize("change", [b"more", None])
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, change: bytes | None) -> None:
    source, _ = make_graph(tmp_path)
    weights = tmp_path / "w.bin"
    stored = weights.read_bytes()
    weights.write_bytes(stored + change if change else stored[:-4])
    with pytest.raises(tool.ConversionError):
        tool.build_model(source)


def test_a_missing_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main([str(tmp_path / "none.json"), str(tmp_path / "out.onnx")]) == 1
    assert "Cannot convert" in capsys.readouterr().err
