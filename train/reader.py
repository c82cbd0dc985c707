"""Train the reader: a vector a question, a vector a sentence in its context, a vector a passage.

A question's vector should be nearest to those of the sentences that answer it, of all in the batch and of its own
passage, and to its own passage's. Two things make that hard enough to learn from: passages of one document stand
together in a batch, and many questions are asked of one passage. A question should be nearer to the sentence that
answers it than those that its passage nearly answers are to any sentence of it. Besides, a line through the best cosine
says whether a passage answers at all. InfoNCE (van den Oord et al. 2018), each right sentence against all wrong ones
(Khosla et al. 2020). The lower layers and the embeddings stay as the base has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm
from transformers import BertModel

from rag.indexing.layout import PASSAGE, QUERY
from train.reading import Lesson, Question, some_questions

SEED = 20261129
LONGEST, LONGEST_QUESTION = 300, 64  # tokens
PASSAGES, CLUSTER, QUESTIONS = 12, 4, 6  # of a step, of a cluster in it, of a passage
FROZEN = 4  # lower layers left as they are
TEMPERATURE = 0.02
RATE, LINE_RATE, WARM, LEAST = 1e-4, 0.02, 60, 0.03
SHARES = {"every": 1.0, "inside": 0.7, "passage": 0.5, "answers": 0.5, "apart": 1.0}
"""What each part of the loss counts."""
GROUPS = {
    "own": 4.0, "written": 8.0, "civic": 1.0, "cmrc2018": 0.6, "drcd": 0.3, "squad2zh": 0.6, "xquad": 0.4, "stard": 0.2,
    "hebei": 0.05,
}  # fmt: skip
"""How often a cluster is drawn from each group of lessons."""
QUICKER = torch.cpu._is_amx_tile_supported()
"""Whether this machine multiplies matrices of 16 bits faster; everything else stays at 32 all the same."""
KEPT_EVERY = 50  # steps between checkpoints
_COURTESY = (
    ("您好，", ""),
    ("请问", ""),
    ("你好，我想咨询一下，", "，谢谢"),
    ("想问一下", ""),
    ("", " 谢谢！"),
)


class ReaderModel(torch.nn.Module):
    """The base, and the line that says from the best cosine whether a passage answers."""

    def __init__(self, base: BertModel, frozen: int = FROZEN) -> None:
        super().__init__()
        self.base = base
        self.line = torch.nn.Parameter(torch.tensor([20.0, -16.0]))
        for part in (base.embeddings, *base.encoder.layer[:frozen]):
            part.requires_grad_(False)

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Last states, shape (texts, tokens, dimension)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=QUICKER and torch.is_grad_enabled()):
            states: Tensor = self.base(ids, attention_mask=mask).last_hidden_state
        return states.float()


@dataclass(frozen=True, slots=True)
class Encoded:
    """The vectors of some passages."""

    passages: Tensor
    sentences: Tensor
    home: npt.NDArray[np.int64]
    """Passage of each sentence."""
    number: npt.NDArray[np.int64]
    """Number of each sentence in its passage."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages, and questions each with the number of its passage."""

    lessons: list[Lesson]
    asked: list[tuple[int, Question]]


class Drawer:
    """Draws batches from lessons, the same for the same step: a run that was stopped goes on as it would have."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        clusters: dict[str, dict[str, list[Lesson]]] = defaultdict(lambda: defaultdict(list))
        for lesson in lessons:
            clusters[lesson.group][lesson.cluster].append(lesson)
        self._groups = [list(of.values()) for of in clusters.values()]
        shares = np.array([GROUPS.get(name, 1.0) for name in clusters])
        self._shares = shares / shares.sum()
        sizes = [np.array([len(cluster) for cluster in group], dtype=float) for group in self._groups]
        self._sizes = [size / size.sum() for size in sizes]

    def batch(self, step: int) -> Batch:
        """Passages of a step, in clusters: two neighbours and some of the same group; and questions about them."""
        rng = np.random.default_rng((SEED, step))
        lessons: list[Lesson] = []
        for _ in range(-(-PASSAGES // CLUSTER)):
            at = int(rng.choice(len(self._groups), p=self._shares))
            group, sizes = self._groups[at], self._sizes[at]
            near = group[int(rng.choice(len(group), p=sizes))]
            first = int(rng.integers(len(near)))
            drawn = [near[(first + n) % len(near)] for n in range(min(2, len(near)))]
            while len(drawn) < CLUSTER:
                other = group[int(rng.choice(len(group), p=sizes))]
                drawn.append(other[int(rng.integers(len(other)))])
            lessons += [
                one for n, one in enumerate(drawn) if all(one is not o for o in [*lessons, *drawn[:n]])
            ]
        asked = [(n, q) for n, lesson in enumerate(lessons) for q in some_questions(lesson, QUESTIONS, rng)]
        return Batch(lessons, asked)


def encode_passages(
    model: ReaderModel, tokenizer: Tokenizer, lessons: Sequence[Lesson], size: int = 12
) -> Encoded:
    """The vectors of passages and of their sentences; a sentence beyond the longest text read has none."""
    whole: dict[int, Tensor] = {}
    parts: dict[int, list[tuple[int, Tensor]]] = {}
    texts = [PASSAGE + lesson.laid.text for lesson in lessons]
    for n, encoding, states in _states(model, tokenizer, texts, LONGEST, size):
        whole[n] = states.mean(0)
        offsets = np.array(encoding.offsets[: len(states)]) - len(PASSAGE)
        parts[n] = []
        for number, (start, end) in enumerate(lessons[n].laid.sentences):
            inside = (offsets[:, 1] > start) & (offsets[:, 0] < end) & (offsets[:, 1] > offsets[:, 0])
            if inside.any():
                parts[n].append((number, states[torch.from_numpy(inside)].mean(0)))
    order = range(len(lessons))
    return Encoded(
        functional.normalize(torch.stack([whole[n] for n in order]), dim=-1),
        functional.normalize(torch.stack([vector for n in order for _, vector in parts[n]]), dim=-1),
        np.array([n for n in order for _ in parts[n]]),
        np.array([number for n in order for number, _ in parts[n]]),
    )


def encode_questions(
    model: ReaderModel, tokenizer: Tokenizer, questions: Sequence[str], size: int = 48
) -> Tensor:
    """Unit vectors of questions, shape (questions, dimension)."""
    found = {
        n: states.mean(0)
        for n, _, states in _states(model, tokenizer, [QUERY + q for q in questions], LONGEST_QUESTION, size)
    }
    return functional.normalize(torch.stack([found[n] for n in range(len(questions))]), dim=-1)


def _states(
    model: ReaderModel, tokenizer: Tokenizer, texts: Sequence[str], longest: int, size: int
) -> Iterator[tuple[int, Encoding, Tensor]]:
    """Each text's number, encoding and states, padding aside; texts of like lengths go together."""
    encodings = tokenizer.encode_batch(list(texts))
    order = sorted(range(len(texts)), key=lambda n: len(encodings[n].ids))
    padding = int(model.base.config.pad_token_id or 0)
    for at in range(0, len(order), size):
        part = order[at : at + size]
        width = min(longest, max(len(encodings[n].ids) for n in part))
        ids = torch.full((len(part), width), padding, dtype=torch.long)
        mask = torch.zeros((len(part), width), dtype=torch.long)
        for row, n in enumerate(part):
            own = encodings[n].ids[:width]
            ids[row, : len(own)], mask[row, : len(own)] = torch.tensor(own), 1
        states = model.states(ids, mask)
        for row, n in enumerate(part):
            yield n, encodings[n], states[row, : int(mask[row].sum())]


def losses(model: ReaderModel, tokenizer: Tokenizer, batch: Batch, step: int) -> dict[str, Tensor]:
    """The parts of the loss, by the names of `SHARES`."""
    rng = np.random.default_rng((SEED, 1, step))
    encoded = encode_passages(model, tokenizer, batch.lessons)
    questions = encode_questions(model, tokenizer, [_worded(q.text, rng) for _, q in batch.asked])
    near = questions @ encoded.sentences.T / TEMPERATURE
    whole = questions @ encoded.passages.T / TEMPERATURE
    parts: dict[str, list[Tensor]] = {name: [] for name in SHARES}
    marks: list[Tensor] = []
    labels: list[float] = []
    for row, (home, question) in enumerate(batch.asked):
        right = _homes(batch.lessons, question)
        own = torch.from_numpy(encoded.home == home)
        elsewhere = torch.from_numpy(~np.isin(encoded.home, list(right)))
        good = torch.tensor(
            [s in right.get(int(h), ()) for h, s in zip(encoded.home, encoded.number.tolist(), strict=True)]
        )
        scores = near[row]
        if question.answered and bool((good & own).any()):
            parts["every"].append(_against(scores, good, ~good & (own | elsewhere)))
            if bool((own & ~good).any()):
                parts["inside"].append(_against(scores, good & own, own & ~good))
        elif question.answered:  # some sentence of its passage does
            parts["every"].append(scores[own | elsewhere].logsumexp(0) - scores[own].logsumexp(0))
        if question.answered:
            misses = [n for n, (at, other) in enumerate(batch.asked) if at == home and not other.answered]
            if misses and bool((good & own).any()):
                truly, nearly = scores[good & own], near[misses][:, own]
                parts["apart"].append((torch.logaddexp(truly, nearly.flatten().logsumexp(0)) - truly).mean())
            allowed = torch.tensor([n == home or n not in right for n in range(len(batch.lessons))])
            parts["passage"].append(whole[row][allowed].logsumexp(0) - whole[row, home])
        marks.append(scores[own].max() * TEMPERATURE)
        labels.append(float(question.answered))
        if bool(elsewhere.any()):
            marks.append(scores[elsewhere].max() * TEMPERATURE)
            labels.append(0.0)
    line = torch.stack(marks) * model.line[0] + model.line[1]
    parts["answers"].append(functional.binary_cross_entropy_with_logits(line, torch.tensor(labels)))
    return {name: torch.stack(found).mean() if found else torch.tensor(0.0) for name, found in parts.items()}


def _homes(lessons: Sequence[Lesson], question: Question) -> dict[int, frozenset[int]]:
    """The passages that answer a question, and which of their sentences do."""
    return {
        n: other.right
        for n, lesson in enumerate(lessons)
        for other in lesson.questions
        if other.id == question.id and other.answered
    }


def _against(scores: Tensor, good: Tensor, bad: Tensor) -> Tensor:
    """Mean over the right ones of minus the logarithm of their share beside all wrong ones."""
    if not bool(bad.any()):
        return scores.sum() * 0.0
    return (torch.logaddexp(scores[good], scores[bad].logsumexp(0)) - scores[good]).mean()


def _worded(text: str, rng: np.random.Generator) -> str:
    """A question as people type it: now and then with courtesy, or without its mark."""
    if rng.random() < 0.25:
        text = text.rstrip("？?。 ")
    if any("\u4e00" <= character <= "\u9fff" for character in text) and rng.random() < 0.12:
        before, after = _COURTESY[int(rng.integers(len(_COURTESY)))]
        text = before + text + after
    return text


def train(
    model: ReaderModel,
    tokenizer: Tokenizer,
    lessons: Sequence[Lesson],
    steps: int,
    folder: Path,
    rate: float = RATE,
) -> list[float]:
    """Train, going on from the checkpoint in a folder where there is one.

    :param rate: The highest learning rate.
    :return: The loss of each step done now.
    """
    torch.manual_seed(SEED)
    model.eval()  # without dropout: the run is short, and what it sees is hardly ever the same
    tuned = [p for name, p in model.named_parameters() if p.requires_grad and name != "line"]
    groups: list[dict[str, Any]] = [
        {"params": tuned},
        {"params": [model.line], "lr": LINE_RATE, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(
        groups,
        lr=rate,
        weight_decay=0.01,
    )
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / min(WARM, steps / 4)) * max(LEAST, 1 - step / steps)
    )
    file = folder / "checkpoint.pt"
    first = 0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        pace.load_state_dict(saved["schedule"])
        first = int(saved["step"])
    drawer = Drawer(lessons)
    done: list[float] = []
    with tqdm(range(first, steps), initial=first, total=steps, desc="Reader", unit="step") as progress:
        for step in progress:
            parts = losses(model, tokenizer, drawer.batch(step), step)
            loss = torch.stack([share * parts[name] for name, share in SHARES.items()]).sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(tuned, 1.0)
            optimizer.step()
            pace.step()
            done.append(float(loss.detach()))
            progress.set_postfix({name: f"{float(part.detach()):.2f}" for name, part in parts.items()})
            if (step + 1) % KEPT_EVERY == 0 or step + 1 == steps:
                state = {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": pace.state_dict(),
                    "step": step + 1,
                }
                torch.save(state, file.with_suffix(".new"))
                file.with_suffix(".new").replace(file)
    return done


@torch.no_grad()
def measure(
    model: ReaderModel, tokenizer: Tokenizer, lessons: Sequence[Lesson]
) -> dict[str, tuple[float, float, int]]:
    """By style: how often the first sentence is right in its passage, the passage first of all; and of how many."""
    model.eval()
    rng = np.random.default_rng(SEED)
    encoded = encode_passages(model, tokenizer, lessons, 16)
    asked = [
        (n, q)
        for n, lesson in enumerate(lessons)
        for q in some_questions(lesson, 5, rng)
        if q.style != "rendering"
    ]
    questions = encode_questions(model, tokenizer, [q.text for _, q in asked], 64)
    near, whole = (questions @ encoded.sentences.T).numpy(), (questions @ encoded.passages.T).numpy()
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, (home, question) in enumerate(asked):
        own = np.flatnonzero(encoded.home == home)
        first = int(encoded.number[own[near[row, own].argmax()]])
        found[question.style].append((first in question.right, int(whole[row].argmax()) == home))
    return {
        style: (*(float(share) for share in np.mean(marks, axis=0)), len(marks))  # type: ignore[misc]
        for style, marks in sorted(found.items())
    }
