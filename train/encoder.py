"""Training of the static encoder: one vector a token, means of them compared, in-batch negatives."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional
from tqdm import tqdm

from train.pairs import Pairs
from train.tokenizer import Parts

IntArray = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bags:
    """Token ids of many texts, one after the other: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: IntArray
    starts: NDArray[np.int64]

    def take(
        self, rows: NDArray[np.int64], generator: np.random.Generator, longest: int = 0, drop: float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids (n,) and offsets (rows,) of some texts, as `embedding_bag` wants them.

        :param longest: Texts of more tokens give a stretch of this many, begun anywhere; 0 keeps them whole.
        :param drop: Share of tokens left out at random, so that no single word is relied upon.
        """
        begins = self.starts[rows]
        lengths = self.starts[rows + 1] - begins
        if longest:
            spare = np.maximum(lengths - longest, 0)
            begins = begins + (generator.random(len(rows)) * (spare + 1)).astype(np.int64)
            lengths = lengths - spare
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(begins - (ends - lengths), lengths)
        ids = self.ids[places]
        if drop:
            kept = generator.random(len(ids)) >= drop
            kept[ends - lengths] = True  # no text is left empty
            ids = ids[kept]
            lengths = np.add.reduceat(kept, ends - lengths, dtype=np.int64)
            ends = np.cumsum(lengths)
        return torch.from_numpy(ids).long(), torch.from_numpy(ends - lengths)


def to_bags(tokenizer: Tokenizer, texts: list[str], name: str) -> Bags:
    """Tokenise texts; each distinct text costs once."""
    pieces: list[IntArray] = []
    for at in tqdm(range(0, len(texts), 2_000), desc=f"tokenising {name}", leave=False, mininterval=2):
        for encoding in tokenizer.encode_batch_fast(texts[at : at + 2_000], add_special_tokens=False):
            pieces.append(np.asarray(encoding.ids or [0], dtype=np.int32))
    starts = np.cumsum([0] + [len(piece) for piece in pieces]).astype(np.int64)
    return Bags(np.concatenate(pieces), starts)


@dataclass(slots=True)
class Tokenised:
    """A source of pairs, tokenised; `groups` (n,) are numbers equal where passages must not oppose each other."""

    name: str
    symmetric: bool
    queries: Bags
    passages: Bags
    groups: NDArray[np.int64]
    order: NDArray[np.int64]
    at: int = 0

    def next_rows(self, count: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """The next `count` rows in a shuffled order that starts over when it ends."""
        count = min(count, len(self.order))
        if self.at + count > len(self.order):
            generator.shuffle(self.order)
            self.at = 0
        rows = self.order[self.at : self.at + count]
        self.at += count
        return rows


def tokenise(tokenizer: Tokenizer, pairs: Pairs, generator: np.random.Generator) -> Tokenised:
    """Tokenise one source and shuffle it."""
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(group, len(numbers)) for group in pairs.groups], dtype=np.int64)
    return Tokenised(
        pairs.name,
        pairs.symmetric,
        to_bags(tokenizer, pairs.queries, pairs.name),
        to_bags(tokenizer, pairs.passages, pairs.name),
        groups,
        generator.permutation(len(pairs)).astype(np.int64),
    )


class ComposedEmbedding(torch.nn.Module):
    """A table of token vectors, each the sum of its own vector and the mean of its parts' vectors."""

    def __init__(self, parts: Parts, dimensions: int) -> None:
        """Start at random, a token's own vector small: a word seen rarely is then read from its parts."""
        super().__init__()
        self.parts = parts
        scale = 1.0 / math.sqrt(dimensions)
        self.own = torch.nn.Parameter(torch.randn(len(parts.offsets), dimensions) * scale * 0.05)
        self.shared = torch.nn.Parameter(torch.randn(parts.count, dimensions) * scale)

    def table(self) -> torch.Tensor:
        """The (vocabulary, dimensions) table that is saved; the unknown token (row 0) is zero."""
        from_parts = functional.embedding_bag(self.parts.ids, self.shared, self.parts.offsets, mode="mean")
        table = self.own + from_parts
        return torch.cat([table.new_zeros(1, table.shape[1]), table[1:]])


def embed(table: torch.Tensor, ids: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Unit vectors (texts, dimensions) of bags of tokens."""
    return functional.normalize(functional.embedding_bag(ids, table, offsets, mode="mean"), dim=-1)


def late_scores(
    table: torch.Tensor,
    queries: tuple[torch.Tensor, torch.Tensor],
    passages: tuple[torch.Tensor, torch.Tensor],
) -> torch.Tensor:
    """Late interaction (Khattab and Zaharia 2020) of static token vectors: (queries, passages), at most 1.

    Each query token takes its best cosine among the passage's tokens; their mean is weighted by the lengths of the
    query tokens' vectors. Computed once for each distinct query token.
    """
    query_ids, query_offsets = queries
    passage_ids, passage_offsets = passages
    asked, asked_at = torch.unique(query_ids, return_inverse=True)
    given, given_at = torch.unique(passage_ids, return_inverse=True)
    similarity = functional.normalize(table[given], dim=-1) @ functional.normalize(table[asked], dim=-1).t()
    best = functional.embedding_bag(
        given_at, similarity, passage_offsets, mode="max"
    ).t()  # (asked, passages)
    weight = table[asked].norm(dim=-1)
    summed = functional.embedding_bag(asked_at, best * weight[:, None], query_offsets, mode="sum")
    weights = functional.embedding_bag(asked_at, weight[:, None], query_offsets, mode="sum")
    return summed / weights.clamp_min(1e-6)


def contrastive_loss(scores: torch.Tensor, groups: torch.Tensor, symmetric: bool) -> torch.Tensor:
    """InfoNCE (van den Oord et al. 2018) over a batch: query i belongs to passage i.

    `scores` (n, n) of every query with every passage; passages of the same group (n,) are no negatives.
    """
    same = (groups[:, None] == groups[None, :]).fill_diagonal_(False)
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(scores))
    loss = functional.cross_entropy(scores, target)
    if symmetric:
        return (loss + functional.cross_entropy(scores.t(), target)) / 2
    return loss


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training: how many steps, what is drawn how often, how fast."""

    name: str
    steps: int
    batch: int
    learning_rate: float
    weights: dict[str, float]
    """Relative share of steps for each source."""
    scale: float = 20.0
    query_drop: float = 0.0
    passage_drop: float = 0.0
    late_scale: float = 0.0
    """Where above 0, late interaction is trained beside the mean vectors, with this factor on its scores."""
    longest: int = 0
    """Passages of more tokens are cropped at random; 0: never."""


def train_stage(
    model: ComposedEmbedding,
    sources: list[Tokenised],
    stage: Stage,
    generator: np.random.Generator,
    seed: int,
) -> None:
    """Run one stage with Adam and a linear warm-up and decay; each batch comes from one source."""
    random_ = random.Random(seed)
    drawn = [source for source in sources if stage.weights.get(source.name, 0.0) > 0]
    shares = [stage.weights[source.name] for source in drawn]
    optimiser = torch.optim.Adam(model.parameters(), lr=stage.learning_rate, fused=True)
    warm = max(1, stage.steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (stage.steps - step) / (stage.steps - warm + 1))
    )
    losses: dict[str, float] = {}
    progress = tqdm(range(stage.steps), desc=stage.name, mininterval=5)
    for _ in progress:
        source = random_.choices(drawn, shares)[0]
        rows = source.next_rows(stage.batch, generator)
        table = model.table()
        queries = source.queries.take(rows, generator, stage.longest, stage.query_drop)
        passages = source.passages.take(rows, generator, stage.longest, stage.passage_drop)
        groups = torch.from_numpy(source.groups[rows])
        scores = stage.scale * embed(table, *queries) @ embed(table, *passages).t()
        loss = contrastive_loss(scores, groups, source.symmetric)
        if stage.late_scale:
            late = stage.late_scale * late_scores(table, queries, passages)
            loss = loss + contrastive_loss(late, groups, symmetric=False)
            loss = (loss + contrastive_loss(scores.detach() + late, groups, symmetric=False)) / 2
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        losses[source.name] = 0.9 * losses.get(source.name, float(loss)) + 0.1 * float(loss)
        progress.set_postfix_str(f"loss {sum(losses.values()) / len(losses):.3f}", refresh=False)
    print(stage.name, " ".join(f"{name} {value:.2f}" for name, value in sorted(losses.items())))
