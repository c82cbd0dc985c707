"""Every word of the interface, in Chinese and English, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One thing the interface says, in both languages."""

    zh: str
    en: str

    def format(self, **values: object) -> Text:
        """The text with its `{placeholders}` filled in."""
        return Text(self.zh.format(**values), self.en.format(**values))


@dataclass(frozen=True, slots=True)
class Tag:
    """The short label of a notice; a warning is what may mislead a reader who misses it."""

    text: Text
    warning: bool = False


NAME = Text("公报问答", "Bulletin Q&A")
TAB_TITLE = f"{NAME.zh} · {NAME.en}"
SKIP = Text("跳到提问框", "Skip to the question box")
OTHER_LANGUAGE = Text("English", "中文")  # the name of the language one would switch to

HEADING = Text("向政府公报提问", "Ask the government bulletins")
INTRO = Text(
    "用一句话提问，中文、英文都可以。答案取自公报原文，并标明出处。",
    "Ask in one sentence, in Chinese or English. Answers are taken from the bulletins and show where they come from.",
)
COLLECTION = Text(
    "收录{places}的{bulletins}份公报、{documents}篇文件。",
    "Holds {documents} documents from {bulletins} bulletins of {places}.",
)
QUESTION_LABEL = Text("您的问题", "Your question")
ASK = Text("提问", "Ask")
EXAMPLES_HEADING = Text("可以这样问", "Questions you could ask")
NOTHING_KEPT = Text(
    "提问和回答不会被保存，也不会传到本机以外。重要事项请核对公报原文。",
    "Questions and answers are not kept and never leave this computer. "
    "Check the bulletin itself before you rely on an answer.",
)

ASKED = Text("问", "You asked")
SEARCHING = Text("正在公报中查找……", "Looking in the bulletins…")
SOURCES = Text("出处", "Sources")
SOURCE_MARK = Text("出处", "source ")
NEAREST = Text("最接近的文件", "Nearest document")
SHOW_PASSAGE = Text("看看这一段", "Show the passage")
DONE = Text("回答完毕，{count}处出处。", "Answered, {count} cited.")
REFUSED = Text("公报中没有查到答案。", "The bulletins don't say.")
AUTHORITATIVE = Text("原文", "Original text in Chinese")

NUMBER = Text("文号", "Number")
DISTRICT = Text("地区", "District")
ISSUER = Text("发文机关", "Issued by")
SIGNED = Text("成文日期", "Signed")
PUBLISHED = Text("发布日期", "Published")
VALID = Text("有效期", "Valid")
VALID_BETWEEN = Text("{start}至{end}", "{start} to {end}")
VALID_FROM = Text("{start}起", "from {start}")
VALID_UNTIL = Text("至{end}", "until {end}")
FILE = Text("所在公报", "Bulletin file")

BLANK = Text("请先输入问题。", "Enter a question first.")
TOO_LONG = Text(
    "问题有{length:,}个字，最多{longest:,}个字。请缩短后再问。",
    "The question has {length:,} characters; at most {longest:,} are taken. Shorten it and ask again.",
)
BROKEN = Text(
    "出了故障，这个问题没有答成。请再试一次；如仍不行，请告知管理员。",
    "Something went wrong and this question was not answered. "
    "Try again; if it fails once more, tell whoever runs this service.",
)

TAGS = {
    "expired": Tag(Text("已过有效期", "Expired"), warning=True),
    "implied_expired": Tag(Text("可能已失效", "Probably lapsed"), warning=True),
    "past_event": Tag(Text("日期已过", "Date has passed"), warning=True),
    "superseded": Tag(Text("已被取代或修改", "Replaced or amended"), warning=True),
    "conflict": Tag(Text("说法不一", "Sources differ"), warning=True),
    "explainer": Tag(Text("政策解读", "Explainer")),
    "language": Tag(Text("译文", "Translation")),
}
OTHER_TAG = Tag(Text("请注意", "Please note"))

# Taken from the collection: one from each bulletin, and the siren test that residents ask about most.
EXAMPLES = (
    Text("防空警报什么时候试鸣？", "When is the air-raid siren test?"),
    Text("规范性文件的有效期是几年？", "How many years does a normative document stay valid?"),
    Text(
        "临港区居民充电桩报装由哪两家单位牵头？",
        "Which two bodies handle home EV charger applications in Lingang?",
    ),
    Text(
        "临淄区新型智慧城市的“4+3+3”结构指什么？",
        "What does the “4+3+3” smart city framework in Linzi stand for?",
    ),
)
