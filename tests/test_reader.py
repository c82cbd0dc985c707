"""The reader: which sentence of a passage is nearest a question, whatever model reads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from rag.answer import Engine
from rag.errors import BulletinError
from rag.index import READ_AHEAD, open_index
from rag.indexing.layout import Laid, lay_out
from rag.indexing.reader import CrossEncoderReader, PoolingReader, TokenReader, load_reader
from rag.indexing.readings import Known, Readings, read_passages
from rag.settings import Settings

FUNERAL = lay_out(
    "青河县殡葬服务收费公告",
    ["二、收费标准"],
    [
        "遗体接运费每次180元。",
        "骨灰盒寄存前六个月不收费。",
        "咨询电话见县民政局网站。",
        "本公告自5月1日起执行。",
    ],
)


@pytest.fixture(scope="session")
def reader() -> PoolingReader:
    found = load_reader(Settings().reader)
    assert isinstance(found, PoolingReader)
    return found


def best(reader: PoolingReader, question: str, laid: Laid) -> int:
    ((_, _, sentences),) = reader.passages([laid])
    return int((sentences @ reader.questions([question])[0]).argmax())


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("存骨灰盒要不要钱？", 1),
        ("把人拉到殡仪馆得花多少钱", 0),
        ("From when do these charges apply?", 3),
        ("For how many months is storing the ashes free of charge?", 1),
    ],
)
def test_the_sentence_that_answers_is_the_nearest(reader: PoolingReader, question: str, right: int) -> None:
    assert best(reader, question, FUNERAL) == right


def test_every_sentence_of_a_passage_longer_than_is_read_at_once_has_a_vector(reader: PoolingReader) -> None:
    laid = lay_out(
        "通知", [], [f"第{n}项，补贴{n}00元，由第{n}科负责发放，逾期不再受理申请。" for n in range(1, 60)]
    )
    ((_, whole, sentences),) = reader.passages([laid])
    assert np.allclose(np.linalg.norm(sentences, axis=1), 1.0, atol=1e-3)
    assert np.linalg.norm(whole) == pytest.approx(1.0, abs=1e-3)


def test_what_else_is_read_at_once_does_not_move_a_question(reader: PoolingReader) -> None:
    asked = ["存骨灰盒要不要钱？", "From when do these charges apply?", "低保怎么申请"]
    alone = np.concatenate([reader.questions([one]) for one in asked])
    assert (alone * reader.questions(asked)).sum(axis=1).min() > 0.999


def test_what_is_kept_in_bytes_points_where_the_vectors_do(reader: PoolingReader) -> None:
    kept = read_passages([FUNERAL], reader, Known([], reader.fingerprint), quiet=True)
    question = reader.questions(["存骨灰盒要不要钱？"])[0]
    ((_, whole, sentences),) = reader.passages([FUNERAL])
    (reading,) = kept.near(question)
    assert np.allclose(reading.sentences, sentences @ question, atol=0.01)
    assert reading.passage == pytest.approx(whole @ question, abs=0.01)
    assert reading.best == reading.sentences.max()


def test_readings_are_taken_in_the_order_asked_for(reader: PoolingReader) -> None:
    one, other = (
        lay_out("通知", [], ["补贴500元。", "逾期不再受理。"]),
        lay_out("通知", [], ["电话8213456。"]),
    )
    both = read_passages([one, other], reader, Known([], reader.fingerprint), quiet=True)
    question = reader.questions(["补贴多少钱？"])[0]
    first, second = both.near(question)
    for taken, expected in zip(both.take(np.array([1, 0])).near(question), (second, first), strict=True):
        assert taken.passage == pytest.approx(expected.passage, abs=1e-6)
        np.testing.assert_allclose(taken.sentences, expected.sentences, atol=1e-6)


def test_what_was_read_before_is_not_read_again(reader: PoolingReader, tmp_path: Path) -> None:
    read_passages([FUNERAL], reader, Known([], reader.fingerprint), quiet=True).save(tmp_path / "kept.npz")
    kept = Readings.load(tmp_path / "kept.npz")
    marked = replace(kept, passages=-kept.passages)
    again = read_passages([FUNERAL], reader, Known([marked], reader.fingerprint), quiet=True)
    assert (again.passages == marked.passages).all()
    of_another = replace(marked, fingerprint="another")
    assert (
        read_passages([FUNERAL], reader, Known([of_another], reader.fingerprint), quiet=True).passages
        == kept.passages
    ).all()


def test_our_bulletins_are_shipped_as_they_are_read(settings: Settings, reader: PoolingReader) -> None:
    shipped = [Readings.load(file) for file in (settings.data / READ_AHEAD).glob("*.npz")]
    keys = {int(key) for one in shipped if one.fingerprint == reader.fingerprint for key in one.keys}
    index = open_index(settings, quiet=True)
    read = [int(k) for one in index.folder.glob("bulletins/*/read.npz") for k in Readings.load(one).keys]
    assert sum(key in keys for key in read) >= 0.98 * len(read)


def tiny(folder: Path, kind: type, labels: int = 2) -> str:
    """A model of random weights: what it thinks is worth nothing, but it is a real one."""
    letters = "兰山区养老床位有多少张年的通知防空警报试鸣时间月日时分query:passage"
    words = {
        word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(letters)])
    }
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names)  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=512,
    )  # fmt: skip
    config.num_labels = labels
    kind(config).save_pretrained(folder)
    return str(folder)


def test_a_cross_encoder_orders_the_best_anew_and_leaves_the_rest(small: Settings, tmp_path: Path) -> None:
    question = "防空警报试鸣时间"
    plain = replace(small, reader="none")
    cross = replace(small, reader=tiny(tmp_path / "cross", BertForSequenceClassification, 1))
    unread = Engine(open_index(plain, quiet=True), plain).retriever.search(question, 10)[1]
    engine = Engine(open_index(cross, quiet=True), cross)
    hits = engine.retriever.search(question, 10)[1]
    first, found = ([hit.passage.id for hit in some] for some in (unread, hits))
    assert sorted(found[:8]) == sorted(first[:8])
    assert found[8:] == first[8:]
    anew = engine.index.read_anew(question, [hit.passage for hit in hits[:8]])
    assert anew is not None
    scores = [reading.passage for reading in anew]
    assert scores == sorted(scores, reverse=True)
    for hit, reading in zip(hits, anew, strict=False):  # what was read is handed on
        np.testing.assert_allclose(hit.reading.sentences, reading.sentences, atol=1e-5)
    assert engine.ask(question).passages


def test_a_token_classifier_marks_what_answers(tmp_path: Path) -> None:
    found = load_reader(tiny(tmp_path / "tokens", BertForTokenClassification))
    assert isinstance(found, TokenReader)
    (reading,) = found.read("养老床位有多少张", [FUNERAL])
    assert reading.sentences.shape == (4,)
    assert reading.sentences.min() > 0
    assert reading.passage == reading.sentences.max()


def test_any_other_encoder_reads_as_well(small: Settings, tmp_path: Path) -> None:
    other = replace(small, reader=tiny(tmp_path / "plain", BertModel))
    index = open_index(other, quiet=True)
    assert index.manifest.reader == "plain"
    passage = next(iter(index.passages))
    (reading,) = index.read("养老床位", [passage])
    assert reading.sentences.shape == (len(passage.chunk.units),)


def test_without_a_reader_there_is_an_answer(small: Settings) -> None:
    plain = replace(small, reader="none")
    answer = Engine(open_index(plain, quiet=True), plain).ask("防空警报什么时候试鸣？")
    assert "2025年9月18日" in answer.answer


def test_a_model_of_several_scores_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="gives 3 scores a text; expected one"):
        load_reader(tiny(tmp_path / "three", BertForSequenceClassification, 3))


def test_a_missing_model_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BulletinError, match="BULLETIN_READER"):
        load_reader(str(tmp_path / "empty"))


def test_a_cross_encoder_judges_each_sentence_under_its_headings() -> None:
    seen: list[str] = []

    def scores(pairs: list[tuple[str, str]]) -> np.ndarray:
        seen.extend(text for _, text in pairs)
        return np.arange(len(pairs), dtype=np.float32)

    (reading,) = CrossEncoderReader("x", "x", scores).read("问", [FUNERAL])
    assert seen[2] == "青河县殡葬服务收费公告\n二、收费标准\n骨灰盒寄存前六个月不收费。"
    assert reading.sentences.tolist() == [1, 2, 3, 4]
