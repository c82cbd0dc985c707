"""Train what tells whether a passage answers a question (`rag.indexing.answerability`), on a reader's last states.

The reader reads every passage and question once; its states are kept, and a small transformer is trained on them. A
question stands beside its own passage, beside one of those that the reader finds nearest to it of all others of the
same group (about the same thing, and without the answer), and beside any other (about something else). Three losses:
whether a passage answers (binary), which of a question's passages does, and which of its sentences (softmax).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from rag.errors import BulletinError
from rag.indexing.answerability import FILE, nearest, window
from rag.indexing.reader import PoolingReader, load_reader
from rag.text.normal import squeeze
from train.reading import Lesson, Question, every_lesson, own_lessons
from train.sources import Sources
from train.states import States, read_lessons

SEED = 20261130
LIMITS = {
    "own": 2000, "civic": 1500, "squad2zh": 500, "xquad": 250, "cmrc2018": 250, "drcd": 150, "hebei": 174, "stard": 120,
}  # fmt: skip
"""Passages of each group of lessons."""
WEIGHTS = {"squad2zh": 0.6, "xquad": 0.6, "cmrc2018": 0.3, "drcd": 0.3, "stard": 0.3}
"""How often a question is drawn, by the group of its lesson; 1 for the others."""
QUESTIONS, MEASURED_QUESTIONS, MEASURED = (
    4,
    2,
    250,
)  # of a passage learned from; of one measured on; such passages
NEAREST, HARDEST = 24, 10  # others looked at; of which one is drawn
QUESTIONS_A_STEP = 8
WIDTH, LAYERS, HEADS = 96, 2, 4
STEPS, RATE, WARM, LEAST = 2100, 1e-3, 100, 0.03
KEPT_EVERY = 200  # steps between checkpoints
_RIGHT = (
    1.6  # how much a passage that answers counts beside one that does not, of which there are twice as many
)
_ORDER, _SENTENCE = 0.5, 0.5  # what the order of passages, and the right sentence, count
_QUICK = 24  # passages
_KNOWN_BY = 40  # characters of a right sentence that another passage may not hold


class Head(nn.Module):
    """Question and window read together: the logarithm of the odds that the one answers the other."""

    def __init__(self, given: int, width: int = WIDTH) -> None:
        super().__init__()
        self.narrowed = nn.Linear(given, width)
        self.norm = nn.LayerNorm(width)
        self.kind = nn.Embedding(3, width)  # of a token: of the question, of the headings, of a sentence
        self.likest = nn.Linear(1, width)
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        layer = nn.TransformerEncoderLayer(
            width, HEADS, 2 * width, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
        )
        self.both = nn.TransformerEncoder(layer, LAYERS, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.sentence = nn.Linear(width, 1)
        self.whole = nn.Linear(2 * width, 1)
        self.line = nn.Parameter(torch.tensor([8.0, -6.0]))

    def forward(
        self, question: Tensor, asked: Tensor, passage: Tensor, mask: Tensor, sentences: Tensor, near: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Log-odds of the passages, shape (texts,), and scores of their sentences, shape (texts, sentences).

        :param question: States, shape (texts, tokens, dimension); `asked` is 1 where they are no padding.
        :param passage: States of its window; `mask` is 1 where they are no padding.
        :param sentences: For each token of the window the number of its sentence, or -1.
        :param near: Cosines of question and sentences.
        """
        real, there = asked > 0, mask > 0
        alike = functional.normalize(question, dim=-1) @ functional.normalize(passage, dim=-1).transpose(1, 2)
        alike = alike.masked_fill(~there[:, None], -1.0).masked_fill(~real[:, :, None], -1.0)
        own = self.norm(self.narrowed(question)) + self.kind.weight[0] + self.likest(alike.amax(2)[..., None])
        other = self.norm(self.narrowed(passage)) + self.kind((sentences >= 0).long() + 1)
        other = other + self.likest(alike.amax(1)[..., None])
        tokens = torch.cat([self.first.expand(question.shape[0], -1, -1), own, other], 1)
        held = torch.cat([torch.ones_like(real[:, :1]), real, there], 1)
        states = self.both(tokens, src_key_padding_mask=~held)
        size = question.shape[1] + 1
        member = ((sentences[..., None] == torch.arange(near.shape[1])) & there[..., None]).float()
        counts = member.sum(1)
        means = member.transpose(1, 2) @ states[:, size:] / counts.clamp(min=1)[..., None]
        scores = self.sentence(means)[..., 0] + self.line[0] * near
        scores = scores.masked_fill(counts == 0, -1e4)
        mean = (states[:, 1:size] * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        whole = self.whole(torch.cat([states[:, 0], mean], -1))[:, 0]
        return whole + scores.amax(1) + self.line[1], scores


@dataclass(frozen=True, slots=True)
class Pair:
    """A question beside a passage."""

    question: int
    passage: int
    right: frozenset[int]
    """The sentences that answer; empty where it is not known which, or none does."""
    answers: bool


def run(sources: Sources, folder: Path, work: Path, steps: int, *, quick: bool) -> list[float]:
    """Train, going on from what an earlier run left in `work`, measure on the bulletins left out, and write the head.

    :param folder: The reader's; `answerability.onnx` is written there.
    :param quick: A few passages of our own bulletins alone: to see that it learns.
    :return: The loss of each step done now.
    :raises BulletinError: if there is no reader.
    """
    reader = load_reader(str(folder))
    if not isinstance(reader, PoolingReader):
        raise BulletinError(
            f"{folder} holds a reader of another kind; expected one that `python -m train reader` wrote."
        )
    work.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    if quick:
        lessons = [lesson for name in sources.bulletins() for lesson in own_lessons(sources.own, name)][
            :_QUICK
        ]
    else:
        lessons = _some(every_lesson(sources), rng)
    states = read_lessons(reader, lessons, _asked(lessons, QUESTIONS, rng), work)
    head = Head(reader.dimension)
    done = train(head, states, steps, work)
    held = [lesson for name in sources.leave_out for lesson in own_lessons(sources.own, name)]
    if held and not quick:
        held = [held[at] for at in rng.permutation(len(held))[:MEASURED]]
        (work / "measured").mkdir(exist_ok=True)
        asked = _asked(held, MEASURED_QUESTIONS, rng)
        for line in measure(head, read_lessons(reader, held, asked, work / "measured")):
            print(line)
    export(head, reader.dimension, folder)
    print(f"Wrote {folder / FILE}.")
    return done


def _some(lessons: Sequence[Lesson], rng: np.random.Generator) -> list[Lesson]:
    groups: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        groups[lesson.group].append(lesson)
    return [
        group[at]
        for name, group in groups.items()
        for at in rng.permutation(len(group))[: LIMITS.get(name, 0)]
    ]


def _asked(lessons: Sequence[Lesson], most: int, rng: np.random.Generator) -> list[tuple[int, Question]]:
    return [
        (number, lesson.questions[at])
        for number, lesson in enumerate(lessons)
        for at in rng.permutation(len(lesson.questions))[:most]
    ]


def others(states: States) -> list[list[int]]:
    """For each question the passages of its group nearest to it that do not answer it, nearest first."""
    answered: dict[str, set[int]] = defaultdict(set)
    for number, lesson in enumerate(states.lessons):
        for question in lesson.questions:
            if question.answered:
                answered[question.id].add(number)
    pools: dict[str, list[int]] = defaultdict(list)
    for number, lesson in enumerate(states.lessons):
        pools[lesson.group].append(number)
    texts = [squeeze(lesson.laid.text) for lesson in states.lessons]
    vectors = {group: np.concatenate([states.sentences[n] for n in pool]) for group, pool in pools.items()}
    starts = {
        group: np.cumsum([0, *(len(states.sentences[n]) for n in pool[:-1])]) for group, pool in pools.items()
    }
    found = []
    for at, (home, question) in enumerate(tqdm(states.asked, desc="Passages beside", unit="question")):
        laid = states.lessons[home].laid
        known = [squeeze(laid.text[slice(*laid.sentences[n])])[:_KNOWN_BY] for n in question.right]
        group = states.lessons[home].group
        best = np.maximum.reduceat(vectors[group] @ states.questions[at], starts[group])
        near = [pools[group][n] for n in np.argsort(-best, kind="stable")[:NEAREST]]
        wrong = [n for n in near if n != home and n not in answered[question.id]]
        found.append([n for n in wrong if not any(one and one in texts[n] for one in known)])
    return found


def train(head: Head, states: States, steps: int, folder: Path) -> list[float]:
    """Train the head, going on from the checkpoint in a folder where there is one.

    :return: The loss of each step done now.
    """
    torch.manual_seed(SEED)
    beside = others(states)
    groups = [states.lessons[home].group for home, _ in states.asked]
    weights = np.array([WEIGHTS.get(group, 1.0) for group in groups])
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.01)
    warm = min(WARM, steps / 4)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, (s + 1) / warm) * max(LEAST, 0.5 + 0.5 * math.cos(math.pi * s / steps))
    )
    file, first = folder / "checkpoint.pt", 0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        head.load_state_dict(saved["head"])
        optimizer.load_state_dict(saved["optimizer"])
        pace.load_state_dict(saved["schedule"])
        first = int(saved["step"])
    head.train()
    done: list[float] = []
    with tqdm(range(first, steps), initial=first, total=steps, desc="Answerability", unit="step") as progress:
        for step in progress:
            rng = np.random.default_rng((SEED, step))
            torch.manual_seed(SEED + step)  # the same dropout, whether or not it was stopped before
            drawn = rng.choice(
                len(weights), min(QUESTIONS_A_STEP, len(weights)), replace=False, p=weights / weights.sum()
            )
            value = loss(head, states, [_beside(states, int(at), beside[at], rng) for at in drawn])
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimizer.step()
            pace.step()
            done.append(float(value.detach()))
            progress.set_postfix(loss=f"{np.mean(done[-50:]):.3f}")
            if (step + 1) % KEPT_EVERY == 0 or step + 1 == steps:
                kept = {
                    "head": head.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": pace.state_dict(),
                    "step": step + 1,
                }
                torch.save(kept, file.with_suffix(".new"))
                file.with_suffix(".new").replace(file)
    return done


def _beside(states: States, at: int, near: Sequence[int], rng: np.random.Generator) -> list[Pair]:
    """A question beside its passage, one of those nearest to it that do not answer it, and any other."""
    home, question = states.asked[at]
    pairs = [Pair(at, home, question.right, question.answered)]
    drawn = [int(rng.choice(near[:HARDEST]))] if near else []
    other = int(rng.integers(len(states.lessons)))
    if other != home and all(one.id != question.id for one in states.lessons[other].questions):
        drawn.append(other)
    return pairs + [Pair(at, passage, frozenset(), answers=False) for passage in drawn]


def loss(head: Head, states: States, asked: Sequence[Sequence[Pair]]) -> Tensor:
    """Whether passages answer, which of a question's do, and which sentences: the sum of the losses."""
    pairs = [pair for group in asked for pair in group]
    odds, scores = head(*batch(states, pairs))
    labels = torch.tensor([float(pair.answers) for pair in pairs])
    counts = torch.where(labels > 0, _RIGHT, 1.0)
    total: Tensor = (
        functional.binary_cross_entropy_with_logits(odds, labels, reduction="none") * counts
    ).mean()
    at = 0
    for group in asked:
        if group[0].answers and len(group) > 1:
            total = total + _ORDER / len(asked) * (odds[at : at + len(group)].logsumexp(0) - odds[at])
        right = [n for n in group[0].right if n < scores.shape[1] and float(scores[at, n].detach()) > -1e3]
        if right:
            total = total + _SENTENCE / len(asked) * (
                scores[at].logsumexp(0) - scores[at, right].logsumexp(0)
            )
        at += len(group)
    return total


def batch(states: States, pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """What the head is given for some pairs, padded."""
    cosines = [states.near(pair.question, pair.passage) for pair in pairs]
    windows = []
    for pair, cosine in zip(pairs, cosines, strict=True):
        best = nearest(states.members[pair.passage], cosine)
        assert best is not None  # every lesson's first sentence stands among the tokens that are kept
        windows.append(window(states.members[pair.passage], best))
    asked = [states.of_questions[pair.question] for pair in pairs]
    shown = [states.of_passages[pair.passage][w.tokens] for pair, w in zip(pairs, windows, strict=True)]
    question, real = _padded(asked)
    passage, mask = _padded(shown)
    sentences = torch.full(mask.shape, -1, dtype=torch.long)
    near = torch.full((len(pairs), max(len(one) for one in cosines)), 0.0)
    for row, (part, one) in enumerate(zip(windows, cosines, strict=True)):
        sentences[row, : len(part.sentences)] = torch.from_numpy(part.sentences)
        near[row, : len(one)] = torch.from_numpy(one)
    return question, real, passage, mask, sentences, near


def _padded(states: Sequence[np.typing.NDArray[np.float16]]) -> tuple[Tensor, Tensor]:
    size = max(len(one) for one in states)
    filled = torch.zeros(len(states), size, states[0].shape[1])
    mask = torch.zeros(len(states), size, dtype=torch.long)
    for row, one in enumerate(states):
        filled[row, : len(one)] = torch.from_numpy(one.astype(np.float32))
        mask[row, : len(one)] = 1
    return filled, mask


@torch.no_grad()
def measure(head: Head, states: States) -> list[str]:
    """By style: the area under the curve, and how often the right passage stands before the nearest other one.

    The same of the reader's cosine alone; of questions whose passage and nearest other passage are both known.
    """
    head.eval()
    beside = others(states)
    found: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for at, (home, question) in enumerate(tqdm(states.asked, desc="Measuring", unit="question")):
        if question.style == "rendering" or not question.right or not beside[at]:
            continue
        pairs = [
            Pair(at, home, question.right, answers=True),
            Pair(at, beside[at][0], frozenset(), answers=False),
        ]
        odds, _ = head(*batch(states, pairs))
        own, other = (float(states.near(at, pair.passage).max()) for pair in pairs)
        found[question.style].append((float(odds[0]), float(odds[1]), own, other))
    lines = ["questions    number  area under the curve (cosine)  right passage first (cosine)"]
    for style, rows in sorted(found.items()):
        table = np.array(rows)
        truth = np.tile([1, 0], len(rows))
        both = (table[:, :2], table[:, 2:])
        areas = [roc_auc_score(truth, scores.ravel()) for scores in both]
        first = [(scores[:, 0] > scores[:, 1]).mean() for scores in both]
        lines.append(
            f"{style:12} {len(rows):6}  {areas[0]:.3f} ({areas[1]:.3f})  {first[0]:.3f} ({first[1]:.3f})"
        )
    return lines


class _Odds(nn.Module):
    """The head as the product asks it: one question, the odds alone."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(
        self, question: Tensor, passage: Tensor, mask: Tensor, sentences: Tensor, near: Tensor
    ) -> Tensor:
        many = question.expand(passage.shape[0], -1, -1)
        odds: Tensor = self.head(many, torch.ones_like(many[..., 0]), passage, mask, sentences, near)[0]
        return odds


def export(head: Head, dimension: int, folder: Path) -> None:
    """Write the head as ONNX: `question` (1, tokens, dimension), `passage`, `mask`, `sentences`, `near` to `odds`."""
    head.eval()
    torch.backends.mha.set_fastpath_enabled(False)  # its kernels have no ONNX form
    given = (
        torch.randn(1, 9, dimension), torch.randn(3, 30, dimension), torch.ones(3, 30, dtype=torch.long),
        torch.arange(30).expand(3, -1) // 10, torch.rand(3, 3),
    )  # fmt: skip
    texts, words = torch.export.Dim("texts", min=1, max=64), torch.export.Dim("words", min=2, max=64)
    tokens, numbers = torch.export.Dim("tokens", min=2, max=512), torch.export.Dim("numbers", min=1, max=512)
    shapes = {
        "question": {1: words}, "passage": {0: texts, 1: tokens}, "mask": {0: texts, 1: tokens},
        "sentences": {0: texts, 1: tokens}, "near": {0: texts, 1: numbers},
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        _Odds(head), given, str(folder / FILE), input_names=list(shapes), output_names=["odds"],
        dynamic_shapes=shapes, opset_version=18, dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
