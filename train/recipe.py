"""The recipe of the shipped encoder: what is drawn how often, in which stage, for how long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from tokenizers import Tokenizer

from train.encoder import ComposedEmbedding, Stage, tokenise, train_stage
from train.pairs import Pairs, every_pair
from train.sources import Sources
from train.tokenizer import VocabularySize, build_tokenizer, composition, count_words

SEED = 20261122
DIMENSIONS = 256
SIZE = VocabularySize(han=34_000, latin=19_000, digits=2_000)

# Evaluation sets elsewhere stay untouched; parallel_jiyu_sentences does not say where its sentences come from.
SKIPPED = (
    "pairs_cmrc2018",
    "pairs_drcd",
    "pairs_xquad_en_zh",
    "parallel_xquad",
    "parallel_ntrex_news2019",
    "pairs_lawbench_statutes",
    "parallel_jiyu_sentences",
)

# How much a word counts for the vocabulary, by the beginning of its source's name.
WORD_WEIGHTS = {
    "own_": 8.0,
    "pairs_civic": 8.0,
    "lexicon": 6.0,
    "titles_hebei": 6.0,
    "titles_gov": 6.0,
    "titles_prc": 2.0,
}

PUBLIC = Stage(
    name="public",
    steps=700,
    batch=2048,
    learning_rate=0.01,
    query_drop=0.1,
    passage_drop=0.2,
    longest=180,
    weights={
        "parallel_twlaw_articles": 3.0,
        "parallel_cedict": 2.0,
        "parallel_tatoeba": 0.7,
        "parallel_tico19_health": 0.15,
        "parallel_gov_misc": 0.05,
        "parallel_twlaw_titles": 0.15,
        "parallel_cn_admin_places": 0.15,
        "pairs_twlaw_en_title_zh_text": 0.5,
        "pairs_stard_law": 0.2,
        "pairs_civic_questions": 0.4,
        "titles_hebei_gov_docs": 0.7,
        "around_hebei_gov_docs": 0.7,
        "titles_gov_cn_policies": 0.1,
        "around_gov_cn_policies": 0.1,
        "titles_prc_laws": 2.0,
        "around_prc_laws": 2.0,
        "lexicon": 2.0,
        "lexicon_everyday": 1.5,
        "lexicon_english": 1.5,
        "own_renderings": 1.5,
    },
)
TUNE = Stage(
    name="tune",
    steps=300,
    batch=512,
    learning_rate=0.004,
    late_scale=20.0,
    query_drop=0.1,
    passage_drop=0.2,
    longest=180,
    weights={
        "own_renderings": 1.5,
        "own_formal": 0.7,
        "own_colloquial": 2.0,
        "own_keywords": 0.5,
        "own_english": 2.0,
        "pairs_civic_questions": 2.0,
        "pairs_stard_law": 0.5,
        "pairs_hebei_policy_qa": 0.05,
        "lexicon": 1.5,
        "lexicon_everyday": 2.0,
        "lexicon_english": 2.0,
        "titles_hebei_gov_docs": 0.7,
        "around_hebei_gov_docs": 0.7,
        "titles_prc_laws": 0.5,
        "around_prc_laws": 0.5,
        "parallel_twlaw_articles": 0.7,
        "parallel_cedict": 0.7,
        "parallel_tatoeba": 0.3,
    },
)


def weighted_texts(every: list[Pairs]) -> Iterator[tuple[str, float]]:
    """Each text once with the weight of its source; texts made from others are left out."""
    for pairs in every:
        if pairs.name.startswith(("around_", "lexicon_")):
            continue
        weight = next((w for start, w in WORD_WEIGHTS.items() if pairs.name.startswith(start)), 1.0)
        yield from ((text, weight) for text in dict.fromkeys(pairs.queries + pairs.passages))


def fit(sources: Sources, stages: tuple[Stage, ...] = (PUBLIC, TUNE)) -> tuple[Tokenizer, torch.Tensor]:
    """Train an encoder: its tokeniser and its (vocabulary, dimensions) table."""
    every = every_pair(sources, SEED)
    counts = count_words(weighted_texts(every), total=sum(2 * len(pairs) for pairs in every))
    tokenizer = build_tokenizer(counts, SIZE)
    torch.manual_seed(SEED)
    model = ComposedEmbedding(composition(tokenizer), DIMENSIONS)
    generator = np.random.default_rng(SEED)
    wanted = {name for stage in stages for name in stage.weights}
    drawn = [tokenise(tokenizer, pairs, generator) for pairs in every if pairs.name in wanted]
    for number, stage in enumerate(stages):
        train_stage(model, drawn, stage, generator, SEED + number)
    return tokenizer, model.table().detach()
