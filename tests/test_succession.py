"""Which document of a collection replaced which."""

from dataclasses import replace

from rag.reading.corpus import Document
from rag.reading.succession import joined
from tests.test_owed import PLAIN

OLD = replace(PLAIN, id="old", number="青政发〔2016〕3号", title="青禾市临时救助规定", signed_on="2016-05-01")
NEW = replace(PLAIN, id="new", number="青政发〔2021〕9号", title="青禾市临时救助办法", signed_on="2021-11-20")


def replaced(*documents: Document) -> dict[str, str | None]:
    return {id_: one.replaced_by for id_, one in joined(documents).items()}


def test_a_document_is_replaced_by_the_one_that_repeals_its_number() -> None:
    new = replace(NEW, replaces=("青政发〔2016〕3号",))
    assert replaced(OLD, new) == {"old": "青政发〔2021〕9号", "new": None}


def test_a_document_is_meant_by_its_title_with_or_without_marks() -> None:
    for name in ("《青禾市临时救助规定》", "青禾市临时救助规定", "《青禾市临时救助 规定》"):
        assert replaced(OLD, replace(NEW, replaces=(name,)))["old"] == "青政发〔2021〕9号"


def test_a_notice_is_meant_by_the_title_of_what_it_encloses() -> None:
    notice = replace(OLD, title="青禾市人民政府关于印发《青禾市临时救助规定》的通知")
    assert replaced(notice, replace(NEW, replaces=("《青禾市临时救助规定》",)))["old"] == "青政发〔2021〕9号"


def test_an_explainer_is_not_the_document_it_is_about() -> None:
    explainer = replace(
        OLD, title="关于《青禾市临时救助规定》的解读", explains="青政发〔2016〕3号", number=None
    )
    assert replaced(explainer, replace(NEW, replaces=("《青禾市临时救助规定》",)))["old"] is None


def test_the_later_of_two_versions_of_one_title_is_not_replaced() -> None:
    """A new version repeals the old one under the title that both bear."""
    again = replace(NEW, title=OLD.title, replaces=("《青禾市临时救助规定》",))
    assert replaced(OLD, again) == {"old": "青政发〔2021〕9号", "new": None}


def test_a_document_that_repeals_one_not_here_replaces_none() -> None:
    assert replaced(OLD, replace(NEW, replaces=("青政发〔2015〕1号",))) == {"old": None, "new": None}


def test_what_a_text_says_of_its_own_replacement_stays() -> None:
    known = replace(OLD, replaced_by="青政发〔2019〕2号")
    assert replaced(known, replace(NEW, replaces=("青政发〔2016〕3号",)))["old"] == "青政发〔2019〕2号"


def test_a_document_without_a_number_replaces_by_its_title() -> None:
    new = replace(NEW, number=None, replaces=("青政发〔2016〕3号",))
    assert replaced(OLD, new)["old"] == "青禾市临时救助办法"


def test_without_dates_a_number_alone_tells_the_earlier() -> None:
    old = replace(OLD, signed_on=None)
    assert replaced(old, replace(NEW, replaces=("青政发〔2016〕3号",)))["old"] == "青政发〔2021〕9号"
    assert replaced(old, replace(NEW, replaces=("《青禾市临时救助规定》",)))["old"] is None


def test_a_document_that_another_changes_is_amended_and_holds() -> None:
    changing = replace(NEW, title="关于修改部分规范性文件的决定", amends=("青政发〔2016〕3号",))
    old = joined((OLD, changing))["old"]
    assert (old.amended_by, old.replaced_by) == ("青政发〔2021〕9号", None)


LAW = replace(OLD, id="law", number=None, title="青禾市养犬管理条例", signed_on="2015-06-01")
REVISED = replace(LAW, id="revised", revised_on="2024-10-08")


def test_a_text_printed_before_it_was_revised_is_replaced_by_the_one_printed_since() -> None:
    assert replaced(LAW, REVISED) == {"law": "青禾市养犬管理条例", "revised": None}


def test_versions_of_another_place_or_of_the_same_day_replace_nothing() -> None:
    elsewhere = replace(REVISED, jurisdiction="白鹭县")
    assert replaced(LAW, elsewhere)["law"] is None
    assert replaced(REVISED, replace(REVISED, id="again")) == {"revised": None, "again": None}


def test_a_text_that_has_the_change_in_it_is_not_told_to_be_changed() -> None:
    decision = replace(NEW, signed_on="2024-10-08", amends=("《青禾市养犬管理条例》",))
    told = joined((LAW, REVISED, decision))
    assert (told["law"].amended_by, told["revised"].amended_by) == (decision.number, None)
