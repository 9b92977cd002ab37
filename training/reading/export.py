"""Write the trained model as the product reads it: `python -m training.reading.export --run RUN --pretrained MODEL`.

Layers as int8 (onnxruntime's dynamic quantisation), the embeddings of word pieces as int8 with a scale for each piece.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from homing.intake.extraction import tokens
from training.reading import dataset
from training.reading.labels import DOCUMENT_KINDS, PAGE_KINDS
from training.reading.network import HIDDEN, Encoder, Shape, pretrained

DATA = Path(__file__).parents[2] / "src" / "homing" / "intake" / "extraction" / "data"
_INPUTS = ("words", "shape", "box", "size", "gap", "sureness", "relation")


def encoder_of(run: Path, shape: Shape) -> tuple[Encoder, int]:
    """Return the encoder of a training's folder, and its number of steps."""
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    encoder = Encoder(shape, dropout=0.0)
    encoder.load_state_dict(state["encoder"])
    return encoder.eval(), int(state["step"])


def write_encoder(encoder: Encoder, path: Path) -> None:
    """Write the encoder as int8 ONNX; the number of tokens stays open."""
    n = 40
    example = (
        torch.zeros(1, n, HIDDEN),
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, 4, dtype=torch.long),
        torch.zeros(1, n, 2, dtype=torch.long),
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, n, dtype=torch.long),
    )
    axes = {name: {1: "n"} for name in (*_INPUTS, "by_word")} | {"relation": {1: "n", 2: "n"}}
    with tempfile.TemporaryDirectory() as folder:
        whole, ready = str(Path(folder) / "whole.onnx"), str(Path(folder) / "ready.onnx")
        torch.onnx.export(
            encoder,
            example,
            whole,
            input_names=list(_INPUTS),
            output_names=["by_word", "by_page", "by_document"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(whole, ready, skip_symbolic_shape=True)
        quantize_dynamic(
            ready,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=False,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
    onnx.checker.check_model(str(path))


def write_pieces(pieces: torch.Tensor, path: Path) -> None:
    """Write the embeddings of word pieces."""
    table = pieces.numpy()
    scales = (np.abs(table).max(1) / 127).astype(np.float32)
    np.savez_compressed(path, pieces=np.round(table / scales[:, None]).astype(np.int8), scales=scales)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True)
    parser.add_argument("--pretrained", required=True)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--out", default=str(DATA))
    options = parser.parse_args()
    out, source = Path(options.out), Path(options.pretrained)
    shape = Shape(options.layers, dataset.OUTPUTS, len(PAGE_KINDS), len(DOCUMENT_KINDS))
    encoder, steps = encoder_of(Path(options.run), shape)
    write_encoder(encoder, out / "token_model.onnx")
    write_pieces(pretrained(source, shape).pieces, out / "word_pieces.npz")
    (out / "vocabulary.txt").write_bytes((source / "vocab.txt").read_bytes())
    about = {
        "classes": dataset.CLASSES,
        "page_kinds": PAGE_KINDS,
        "document_kinds": DOCUMENT_KINDS,
        "steps": steps,
        "window": tokens.WINDOW,
    }
    (out / "token_model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
