"""Every word of the interface, in Chinese and English, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One thing the interface says, in both languages."""

    zh: str
    en: str

    def format(self, **values: object) -> Text:
        """The text with its `{placeholders}` filled in, with what is a text itself in the same language."""
        zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))


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
AND_OTHERS = Text("{places}等地（另有{more}个）", "{places} and {more} more")
QUESTION_LABEL = Text("您的问题", "Your question")
ASK = Text("提问", "Ask")
EXAMPLES_HEADING = Text("可以这样问", "Questions you could ask")
CLEAR_CONVERSATION = Text("清除这段对话", "Clear this conversation")
KEPT_LINE = Text(
    "我们只保留问题（连同同一次对话里前面的问题）、回答和您的评价，用来改进回答；不保留您是谁。请不要在问题里写个人信息。重要事项请核对公报原文。",
    "We keep the question with those before it in the conversation, the answer and your vote, to make answers better, "
    "and nothing about who you are. "
    "Leave personal details out of your question. Check the bulletin itself before you rely on an answer.",
)

# --- every page ---
NAV = Text("主要页面", "Main pages")
NAV_ASK = Text("提问", "Ask")
NAV_DOCUMENTS = Text("文件", "Documents")
NAV_ABOUT = Text("关于", "About")
NAV_VERIFY = Text("核对", "Verify")
NAV_EVALUATE = Text("评测", "Evaluate")
SIGN_OUT = Text("退出", "Sign out")
SIGNED_AS = Text("已登录：{name}", "Signed in as {name}")
FOOT_API = Text("接口说明", "API")
FOOT_STAFF = Text("工作人员登录", "Staff sign in")
SKIP_MAIN = Text("跳到正文", "Skip to the main content")
CONTENTS = Text("目录", "Contents")
NEXT_PAGE = Text("下一页", "Next page")
PAGES = Text("分页", "Pages")
PREVIOUS_PAGE = Text("上一页", "Previous page")
PAGE_OF = Text("第{page}页，共{pages}页", "Page {page} of {pages}")
CHINESE_ONLY = Text("", "Documents are in Chinese; the Chinese text is authoritative.")

# --- the answer ---
ASKED = Text("问", "You asked")
SEARCHING = Text("正在公报中查找……", "Looking in the bulletins…")
SOURCES = Text("出处", "Sources")
SOURCE_MARK = Text("出处", "source ")
NEAREST = Text("最接近的文件", "Nearest document")
POINTED = Text("工作人员指出的位置", "The place staff point to")
SHOW_PASSAGE = Text("看看这一段", "Show the passage")
SHOW_IN_DOCUMENT = Text("在文件中查看", "Show in the document")
ON_PAGE = Text("原件第{page}页", "Page {page} of the original")
IN_ORIGINAL = Text("在原件中查看", "Show in the original")
ORIGINAL = Text("打开原件（{file}）", "Open the original ({file})")
ORIGINAL_AT_PAGE = Text("打开原件（{file}，第{page}页）", "Open the original ({file}, page {page})")
ORIGINAL_GONE = Text("没有这个文件的原件。", "There is no original of this document.")
RECOGNISED = Text(
    "本文由图像识别而来，把握平均{sure}；标出的字未能认准，请与原件核对。",
    "This text was recognised from pictures, {sure} sure on average; what is marked may be read wrongly: "
    "please check it in the original.",
)
ABOUT_ANSWER = Text("这个回答的依据", "What this answer rests on")
VERSION_OF_ANSWER = Text(
    "取自{on}整理的公报，收录版本 {version}。", "Taken from the bulletins as of {on}, version {version}."
)
NEW_TAB = Text("（在新标签页打开）", "(opens in a new tab)")
DONE = Text("回答完毕，{count}处出处。", "Answered, {count} cited.")
REFUSED = Text("公报中没有查到答案。", "The bulletins don't say.")
COPY = Text("复制回答", "Copy the answer")
COPIED = Text("已复制。", "Copied.")
COPY_FAILED = Text(
    "浏览器不允许复制，请手动选取。", "The browser does not allow copying; select the text by hand."
)
SHARE = Text("复制链接", "Copy a link")
PRINT = Text("打印", "Print")
HELPFUL = Text("这个回答有帮助吗？", "Did this answer help?")
YES = Text("有帮助", "Yes")
NO = Text("没有帮助", "No")
REASON = Text(
    "哪里不好？（可不填，请不要写个人信息）", "What was wrong? (optional; no personal details, please)"
)
SEND = Text("发送", "Send")
VOTED = Text("谢谢，已记下。", "Thank you, noted.")
VOTE_FAILED = Text("没有记下，请稍后再试。", "It was not noted; try again later.")
ASK_AGAIN = Text("再问一次", "Ask again")
SUGGESTIONS = Text("您也可以问", "You could also ask")

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
KIND = Text("种类", "Kind")
YEAR = Text("年份", "Year")

WITHDRAWN = Text(
    "这个问题的自动回答已被工作人员撤下，正确的回答还没有写好。请查看公报原文，或向有关部门咨询。",
    "Staff withdrew the automatic answer to this question and have not written the right one yet. "
    "Look at the bulletin itself, or ask the office in charge.",
)

PLAIN_INTRO = Text(
    "这一页不用脚本也能提问。答案取自公报原文，并标明出处。",
    "This page asks without scripts. Answers are taken from the bulletins and show where they come from.",
)
TOO_SLOW = Text("没有等到完整的请求，请再试一次。", "The request did not arrive whole in time. Try again.")
OUT_DOWN = Text(
    "暂时连不上服务，可能正在重启。您的问题还在框里，请稍后再试。",
    "The service can't be reached just now; it may be restarting. Your question is still in the box: try again soon.",
)
OUT_BACK = Text(
    "服务刚才中断了。您的问题还在框里，请再问一次。",
    "The service broke off. Your question is still in the box: ask it again.",
)
OUT_BUSY = Text(
    "现在提问的人很多。您的问题还在框里，请过几秒再试。",
    "Many are asking just now. Your question is still in the box: try again in some seconds.",
)
TRY_AGAIN = Text("再试一次", "Try again")

# --- what is wrong with a request ---
BLANK = Text("请先输入问题。", "Enter a question first.")
UNKNOWN_DISTRICT = Text(
    "不认识“{district}”这个地方。请写全称，例如“临沂市兰山区”。",
    "The district “{district}” is not known. Give one as it is written in full, such as 临沂市兰山区.",
)
TOO_LONG = Text(
    "问题有{length:,}个字，最多{longest:,}个字。请缩短后再问。",
    "The question has {length:,} characters; at most {longest:,} are taken. Shorten it and ask again.",
)
BROKEN = Text(
    "出了故障，这个问题没有答成。请再试一次；如仍不行，请告知管理员。",
    "Something went wrong and this question was not answered. "
    "Try again; if it fails once more, tell whoever runs this service.",
)
BUSY = Text(
    "现在提问的人太多，请过几秒再问。", "Too many people are asking just now. Ask again in a few seconds."
)
TOO_MANY = Text("您问得太快了，请稍等再问。", "You are asking too fast. Wait a moment and ask again.")
TOO_LARGE = Text(
    "发送的内容超过{longest} KB，没有处理。",
    "More than {longest} KB were sent; nothing was done with them.",
)
INVALID = Text("请求的格式不对：{found}", "The request has the wrong form: {found}")
NOT_FOUND = Text("没有这个地址。", "There is nothing at this address.")
WRONG_METHOD = Text("这个地址不接受这种请求。", "This address does not take this kind of request.")
NO_SUCH_ANSWER = Text("没有这个回答。", "There is no such answer.")
NOT_KEPT = Text("暂时无法保存，请稍后再试。", "It can't be kept just now. Try again later.")
PROBLEM_TITLE = Text("没有办成", "That did not work")
GO_HOME = Text("回到提问页", "Go to the question page")

# --- documents ---
DOCUMENTS = Text("文件", "Documents")
DOCUMENTS_INTRO = Text(
    "收录的全部文件，可按地区、年份、种类和效力查找，也可在正文中检索。",
    "Every document held here, by district, year, kind and validity; or search their text.",
)
SEARCH_WORDS = Text("检索文件内容", "Search the documents")
SEARCH_BUTTON = Text("查找", "Search")
ANY = Text("全部", "Any")
VALIDITY = Text("效力", "Validity")
IN_FORCE = Text("有效", "In force")
EXPIRED = Text("已过有效期", "Expired")
LAPSED = Text("可能已失效", "Probably lapsed")
REPLACED = Text("已被取代", "Replaced")
UNSTATED = Text("未写明有效期", "No expiry stated")
CLEAR = Text("清除条件", "Clear")
FOUND_DOCUMENTS = Text("{count}篇文件", "{count} documents")
FOUND_NONE = Text("没有符合条件的文件。", "No document fits. Take a condition away.")
NO_TITLE = Text("（原文没有标题，此为拟题）", "(no title is printed; this one is ours)")
DOCUMENT_GONE = Text(
    "没有这篇文件。公报可能已更新；请在文件列表中查找。",
    "There is no such document. The bulletins may have changed; look for it in the list.",
)
FIND_IN = Text("在本文中查找", "Find in this document")
FIND_COUNT = Text("找到{count}处。", "{count} found.")
CITED_PLACE = Text("引用处已标出", "The cited place is highlighted")
GO_TO_PLACE = Text("转到引用处", "Go to it")
PRINT_DOCUMENT = Text("打印本文", "Print this document")
DOUBTFUL_ROW = Text(
    "此行在原件中已破损，列的对应为推断。", "This row is torn in the original; its columns are a guess."
)
FROM_FILE = Text(
    "原文见公报文件 {file}，第{start}–{end}行。", "In the bulletin file {file}, lines {start}–{end}."
)

CITED_MOVED = Text(
    "公报在这次回答之后有过更新；引用的文字现在在这里，一字未变。",
    "The bulletins were updated after that answer; the words it cites stand here now, to the letter.",
)
CITED_CHANGED = Text(
    "公报在这次回答之后有过更新；引用的文字在收录中已找不到，下面是这篇文件现在的样子。",
    "The bulletins were updated after that answer; the words it cites stand nowhere in them any more. "
    "Below is the document as it is now.",
)
CITED_GONE = Text(
    "这次回答引用的文件已不在收录中：公报在此之后撤回或更新了，引用的文字也不在其他文件里。请重新提问，或在文件列表中查找。",
    "The document that answer cites is no longer held: the bulletins were taken back or updated since, and its words "
    "stand in no other document. Ask again, or look for it in the list.",
)

# --- about ---
ABOUT = Text("关于本服务", "About this service")
ABOUT_DATES = Text("成文日期", "Signed")
ABOUT_MODEL = Text(
    "这里的回答由语言模型根据找到的段落撰写，每句话都先与所引原文核对，核对不上的不显示；模型出错时改用公报原句。",
    "Answers here are worded by a language model from the passages found. Each sentence is held against the place it "
    "cites before it is shown, and dropped where it does not hold; where the model fails, the bulletin's own sentences "
    "stand in.",
)
API_TITLE = Text("接口说明", "API")
API_INTRO = Text(
    "同一套回答，供其他程序使用。完整说明见",
    "The same answers for other programs. The whole description is in",
)
ABOUT_MADE = Text("回答是怎样来的", "How an answer is made")
ABOUT_SECTIONS: tuple[tuple[Text, tuple[Text, ...]], ...] = (
    (
        Text("收录了什么", "What is in it"),
        (
            Text(
                "{places}的{bulletins}份公报，共{documents}篇文件，最晚一篇成文于{last}。此后的文件这里没有。",
                "{documents} documents from {bulletins} bulletins of {places}. The latest was signed on {last}; "
                "what came after it is not here.",
            ),
        ),
    ),
    (
        ABOUT_MADE,
        (
            Text(
                "程序先在公报中找出最相关的段落，再从中选出能回答问题的句子，并注明每句话在原文中的位置。"
                "引文与原文一字不差，可以点“在文件中查看”核对。",
                "The program finds the passages that fit your question best, chooses the sentences that answer "
                "it, and says where each stands. Quotes are the bulletin to the letter: “Show in the document” "
                "lets you check.",
            ),
            Text(
                "用英文提问时，回答是我们的译文，以中文原文为准。",
                "Answers in English are our rendering; the Chinese text is authoritative.",
            ),
            Text(
                "标有“工作人员已核对”的回答，有工作人员对照原文看过，而且原文此后没有变化。",
                "An answer marked “Verified by staff” was compared with its source by a member of staff, "
                "and the source has not changed since.",
            ),
        ),
    ),
    (
        Text("它做不到什么", "What it can't do"),
        (
            Text(
                "公报里没有写的，它答不了；有时它会答错，也会在有答案时说没有。它不提供法律意见，也不能替您办事。"
                "办理事项、计算金额或期限之前，请核对公报原文或询问发文机关。",
                "It can't answer what the bulletins don't say. Sometimes it answers wrongly, or says there is no "
                "answer where there is one. It gives no legal advice and can't do anything on your behalf. Check "
                "the bulletin or ask the authority that issued it before you act on an answer.",
            ),
            Text(
                "文件可能已过期、被修改或取代。能看出来的，我们会在回答下面注明；看不出来的，以发文机关为准。",
                "A document may have expired, been amended or replaced. Where the bulletins show it, the answer says "
                "so; where they don't, the authority that issued it knows.",
            ),
        ),
    ),
    (
        Text("保留什么", "What is kept"),
        (
            Text(
                "我们保留问题、回答、时间，以及您给出的评价和理由，用来发现并改正错误。"
                "我们不保留您是谁：没有账号，没有地址，也没有跟踪。您的浏览器里只存您选的语言和居住地，以及这一页的对话："
                "关闭页面就没有了，也可以随时清除；只有再提问时，前面的问题才随新问题一起发来。",
                "We keep the question, the answer, the time, and your vote with its reason, to find and mend mistakes. "
                "We keep nothing about who you are: no account, no address, no tracking. Your browser keeps the "
                "language and the place you chose, and the conversation on this page: it ends with the page, can be "
                "cleared, and its questions are sent only with the next one you ask.",
            ),
            Text(
                "为防止滥用，服务运行时会在内存中按网络地址计数提问，最多几分钟，不写入任何文件。"
                "页面不从其他网站加载任何内容。",
                "To prevent abuse, questions are counted by network address in memory while the service runs, for "
                "minutes at most, and never written down. The pages load nothing from any other site.",
            ),
        ),
    ),
)

# --- staff ---
STAFF_SIGN_IN = Text("工作人员登录", "Staff sign in")
NAME_LABEL = Text("姓名", "Name")
PASSWORD_LABEL = Text("密码", "Password")
SIGN_IN = Text("登录", "Sign in")
WRONG_SIGN_IN = Text("姓名、密码或验证码不对。", "The name, the password or the code is wrong.")
CODE = Text("验证码（6位数字）", "Code (6 digits)")
CODE_IF_SET = Text("验证码（设过才需要）", "Code (if you set one up)")
TOO_MANY_SIGN_INS = Text(
    "登录尝试太多，请{minutes}分钟后再试。", "Too many attempts to sign in. Try again in {minutes} minutes."
)
FORM_EXPIRED = Text(
    "页面已过期，没有保存。请重新打开后再试。",
    "This page had expired and nothing was saved. Open it again and retry.",
)
SIGN_IN_HELP = Text(
    "没有账号？请管理员在服务器上运行：python -m rag staff add 姓名",
    "No account? Whoever runs this service makes one: python -m rag staff add NAME",
)
VERIFY = Text("核对回答", "Verify answers")
VERIFY_INTRO = Text(
    "最该看的排在最前：被评为没有帮助的，其次是把握不大的，再次是拒答的。",
    "Those most in need of a look come first: voted unhelpful, then given with low confidence, then refused.",
)
SHOWN = Text("显示", "Show")
SHOWN_OPEN = Text("待核对", "To verify")
SHOWN_DECIDED = Text("已核对", "Verified")
SHOWN_WRITTEN = Text("写过回答的", "With an answer written by staff")
IS_GIVEN = Text("写下的回答在用", "The written answer is given")
NOT_GIVEN = Text("写下的回答已停用", "The written answer is given no more")
NOT_GIVEN_HELP = Text(
    "它依据的原文已经变动或撤下。请对照现在的原文，需要时重新写。",
    "The place it rests on changed or is gone. Look at the source as it is now, and write it anew if need be.",
)
PHRASING_WHY = Text("{who}于{on}加入，相近{near}%", "added by {who} on {on}, {near} % near")
SHOWN_ALL = Text("全部", "All")
APPLY = Text("应用", "Apply")
QUEUE_EMPTY = Text("没有要核对的回答。", "Nothing to verify.")
QUESTION = Text("问题", "Question")
DISTRICT_CHOICE = Text("所在地区不限", "Any district")
DISTRICT_SOUGHT = Text("您所在的地区（可不填）", "Your district (optional)")
DISTRICT_UNKNOWN = Text(
    "没有这个地区的公报。请从列出的地区中选一个，或留空。",
    "No bulletins of that district. Choose one of those listed, or leave it empty.",
)
PART_OF_NAME = Text("名称或其一部分", "A name, or part of one")
FIND_DOCUMENT = Text(
    "找别的文件（标题中的词或文号）", "Find another document (words of its title, or its number)"
)
FIND_BULLETIN = Text("文件名中的词", "Words of the file name")
FOUND_BULLETINS = Text("{count}份公报", "{count} bulletins")
FIND_PLACE = Text("地区名称中的词", "Words of the district’s name")
MORE_FOUND = Text(
    "共{count}个，只列出前{shown}个；请多写几个字。",
    "{count} in all; the first {shown} are listed. Type more to narrow them down.",
)
VOTED_DOWN = Text("被评没有帮助", "Voted unhelpful")
LOW_CONFIDENCE = Text("把握不大", "Low confidence")
WAS_REFUSED = Text("拒答", "Refused")
OTHER_REASON = Text("其他", "Other")
TIMES = Text("次数", "Asked")
VOTES = Text("评价", "Votes")
VOTES_VALUE = Text("{up}有帮助，{down}没有", "{up} yes, {down} no")
LAST_ASKED = Text("最近一次", "Last asked")
CONFIDENCE = Text("把握", "Confidence")
EXPORT = Text("导出为评测题", "Export as evaluation questions")
EXPORT_FACTS = Text("导出事实题", "Export facts")
EXPORT_UNANSWERABLE = Text("导出应拒答题", "Export unanswerable questions")
RIGHT = Text("正确", "Right")
WRONG = Text("错误", "Wrong")
INCOMPLETE = Text("不完整", "Incomplete")
RULING_LEGEND = Text("这个回答", "This answer is")
CORRECT_PLACE = Text("更正引用（可不填）", "Correct the citation (optional)")
CORRECT_HELP = Text(
    "在右侧文件中选取正确的文字，或把原文粘贴在这里。",
    "Select the right words in the document beside this form, or paste them here.",
)
PLACE_NOT_FOUND = Text(
    "在这篇文件中没有找到这些文字。请在文件中选取，或原样粘贴。没有保存。",
    "These words do not stand in this document. Select them there, or paste them as they are. Nothing was saved.",
)
NO_RULING = Text(
    "请选择正确、错误或不完整。没有保存。", "Choose right, wrong or incomplete. Nothing was saved."
)
NOTE = Text("备注（仅工作人员可见）", "Note (seen by staff only)")
SAVE = Text("保存结论", "Save the verdict")
SAVED = Text("已保存。", "Saved.")
CONFLICT = Text(
    "{who}已先于{on}作出结论，您的没有保存。请看下面的结论，再决定是否修改。",
    "{who} decided first, on {on}; yours was not saved. Read theirs below, then decide whether to change it.",
)
YOURS_KEPT = Text("您填写的内容仍在表单里。", "What you entered is still in the form.")
HISTORY = Text("历次结论", "Verdicts so far")
VERDICT_LINE = Text("{who}，{on}", "{who}, {on}")
CORRECTED_TO = Text("更正为", "Corrected to")
REASONS = Text("提问者的意见", "What people said")
SOURCE_BESIDE = Text("原文", "Source")
NO_SOURCE = Text("这个回答没有引用文件。", "This answer cites no document.")
SOURCES_CHANGED = Text(
    "来源在此之后已更新，引用的位置可能不同。",
    "The sources have changed since; the cited place may be another now.",
)

NOT_ALLOWED = Text(
    "您的账号没有这项权限。请联系管理员。", "Your account may not do this. Ask an administrator."
)
ACCOUNT = Text("我的账号", "My account")
ROLE = Text("角色：{role}", "Role: {role}")
ROLE_READER = Text("查看者", "reader")
ROLE_EDITOR = Text("编辑", "editor")
ROLE_ADMINISTRATOR = Text("管理员", "administrator")
CHANGE_PASSWORD = Text("更改密码", "Change the password")
OLD_PASSWORD = Text("现在的密码", "Your password now")
NEW_PASSWORD = Text("新密码（至少12个字符）", "New password (12 characters or more)")
PASSWORD_RULE = Text(
    "新密码需要12到200个字符，且不能与姓名相同。",
    "The new password needs 12 to 200 characters and must not be your name.",
)
WRONG_PASSWORD = Text("现在的密码不对，没有更改。", "Your password now is another; nothing was changed.")
FACTOR = Text("第二道验证", "Second factor")
FACTOR_ON = Text("已设。登录时除密码外还要验证码。", "It is set: you sign in with your password and a code.")
FACTOR_OFF = Text(
    "没有设。设了以后，登录时除密码外，还要手机验证器里的6位数字。",
    "None is set. With one, you sign in with your password and six digits from an authenticator on your phone.",
)
FACTOR_SET = Text("现在设置", "Set one up")
FACTOR_PICTURE = Text(
    "用手机上的验证器扫这个码，再填入它显示的6位数字。",
    "Scan this with the authenticator on your phone, then enter the six digits it shows.",
)
FACTOR_PICTURE_LABEL = Text("二维码，内容与下面的密钥相同", "A QR code that holds the key below")
FACTOR_BY_HAND = Text("扫不了就手工输入密钥：", "If you can't scan it, enter this key by hand:")
FACTOR_CONFIRM = Text("确认", "Confirm")
FACTOR_REMOVE = Text("不再使用", "Use it no more")
WRONG_CODE = Text("验证码不对，没有更改。", "The code is wrong; nothing was changed.")
DID_SET_FACTOR = Text("设第二道验证", "Set a second factor")
DID_DROP_FACTOR = Text("取消第二道验证", "Dropped the second factor")
SESSIONS = Text("登录记录", "Where you are signed in")
SESSION_LINE = Text("{began}登录，{expires}到期", "since {began}, until {expires}")
SESSION_HERE = Text("本浏览器", "this browser")
END_SESSION = Text("结束", "End")
STATISTICS = Text("统计", "Statistics")
LOG = Text("操作记录", "Log")
LOG_INTRO = Text("谁在何时改了什么，只增不减。", "Who changed what and when; lines are only ever added.")
DID_WRITE = Text("写下回答", "Wrote an answer")
DID_PHRASE = Text("加入问法", "Added a phrasing")
DID_UNPHRASE = Text("去掉问法", "Removed a phrasing")
DID_BRING = Text("放入文件", "Brought a file")
DID_CORRECT = Text("更正", "Put right")
DID_PUBLISH = Text("发布", "Published")
DID_TAKE_BACK = Text("撤回", "Took back")
DID_PUT_BACK = Text("放回", "Put back")
LOG_EMPTY = Text("还没有记录。", "Nothing yet.")
WORDS = Text("问题中的词", "Words in the question")
TOPIC = Text("涉及的文件", "About")
DAY = Text("日期", "Day")
TOPIC_COUNT = Text("{cases}条，问过{asked}次", "{cases} cases, asked {asked} times")
SAVE_TABLE = Text("保存为表格（CSV）", "Save as a table (CSV)")
BEFORE_IT = Text("同一次对话里前面的问题", "Asked before it in the conversation")
WRITE_ANSWER = Text("写下正确的回答（可不填）", "Write the answer (optional)")
WRITE_HELP = Text(
    "写了就直接给出这个回答，须在上面指出原文依据；依据的原文变动后不再给出。",
    "It is given from now on, with the place above that it rests on, until that place changes.",
)
WRITTEN_NEEDS_PLACE = Text(
    "写下的回答需要指出原文依据。没有保存。",
    "An answer you write needs the place it rests on. Nothing was saved.",
)
WRITTEN_TOO_LONG = Text(
    "写下的回答最多{longest}个字。没有保存。",
    "An answer you write takes at most {longest} characters. Nothing was saved.",
)
WRITTEN_BY_STAFF = Text("写下的回答", "Answer written")
PHRASINGS = Text("也这样给出", "Also given for")
PHRASINGS_HELP = Text(
    "下面这些问法也会得到写下的回答。只加入问的确实是同一件事的。",
    "These ways to ask get the written answer too. Add only those that ask the very same.",
)
ALIKE = Text("最近问过、可能是同一个意思的（相近程度）", "Asked lately and perhaps the same (how near)")
ANOTHER_PHRASING = Text("另一种问法", "Another way to ask it")
ADD_PHRASINGS = Text("保存问法", "Save the ways to ask")
REMOVE = Text("去掉", "Remove")
ASKED_IN_ALL = Text("提问", "Asked")
ANSWERED_SHARE = Text("答出", "Answered")
HELPED_SHARE = Text("有帮助（占评价）", "Helped, of those who voted")
MEDIAN_TIME = Text("用时中位数", "Time to answer, median")
SLOW_TIME = Text("95%不超过", "95 % within")
SECONDS = Text("{seconds}秒", "{seconds} s")
LAST_DAYS = Text("最近{days}天", "Last {days} days")
BY_DAY = Text("每天", "By day")
BY_TOPIC = Text("涉及最多的文件", "Most asked about")
BY_DISTRICT = Text("地区", "By district")
NO_NUMBERS = Text("这段时间没有提问。", "Nothing was asked in this time.")
CHART = Text("每天的提问数，深色为答出的", "Questions a day, those answered in the darker colour")
ANSWERED_COUNT = Text("答出", "Answered")

NO_SUCH_DRAFT = Text(
    "没有这份草稿，可能已经发布或删除。", "There is no such draft; it may have been published or deleted."
)
BULLETINS = Text("公报", "Bulletins")
BULLETINS_INTRO = Text(
    "放入文件，看看读出了什么，更正，试问，再发布；发布后几秒内生效，也可以撤回。",
    "Bring a file, see what was read from it, put it right, try it, publish it. "
    "It takes effect within seconds and can be taken back.",
)
BRING_FILE = Text("放入文件", "Bring a file")
BRING_HELP = Text(
    "文本、网页、Word、PDF、OFD等，最大64 MB。读完之前请不要关闭页面。",
    "Text, web pages, Word, PDF, OFD and others, up to 64 MB. Keep this page open until it has been read.",
)
NO_FILE = Text("请先选择一个文件。", "Choose a file first.")
NOT_READ = Text("没有读成：{why}", "It could not be read: {why}")
NOT_CHANGED = Text("没有更改：{why}", "Nothing was changed: {why}")
NAME_TAKEN = Text("已有名为{name}的公报。", "There is a bulletin named {name} already.")
DRAFTS = Text("待发布", "Not published yet")
DRAFT_LINE = Text("{who}，{on}", "{who}, {on}")
PUBLISHED_ONES = Text("已发布", "Published")
UNREAD_ONES = Text("无法读取", "Could not be read")
REMOVED_ONES = Text("已撤回", "Taken back")
TAKE_BACK = Text("撤回", "Take back")
PUT_BACK = Text("放回", "Put back")
DOCUMENT_COUNT = Text("{count}篇文件", "{count} documents")
VERSION_LINE = Text("索引版本：{version}", "Version of the index: {version}")
WAS_PUBLISHED = Text("已发布，几秒内生效。", "Published; it takes effect within seconds.")
GOING = Text("正在撤回，几秒钟内生效", "being taken back, within seconds")
COMING = Text("正在收录，几秒钟内生效", "being taken up, within seconds")
WAS_REMOVED = Text("已撤回，几秒内生效。", "Taken back; it takes effect within seconds.")
WAS_CORRECTED = Text("已更正。", "Put right.")
TITLE = Text("标题", "Title")
VALID_SINCE = Text("有效期自", "Valid from")
VALID_TO = Text("有效期至", "Valid until")
WHAT_WAS_READ = Text("读出的内容", "What was read")
PASSAGE_COUNT = Text("段落", "Passages")
ROW_COUNT = Text("表格行", "Rows of tables")
ASIDE = {
    "blank": Text("空白", "blank"),
    "contents": Text("目录", "contents"),
    "cover": Text("封面", "cover"),
    "list mark": Text("列表符号", "list mark"),
    "listing entry": Text("列表条目", "listing entry"),
    "markup": Text("标记", "markup"),
    "page break": Text("换页处", "page break"),
    "page information": Text("网页信息", "page information"),
    "page number": Text("页码", "page number"),
    "page title": Text("网页标题", "page title"),
    "publication date": Text("发布日期", "publication date"),
    "screen-reader text": Text("读屏文字", "screen-reader text"),
    "separator": Text("分隔线", "separator"),
    "site footer": Text("网站页脚", "site footer"),
    "site navigation": Text("网站导航", "site navigation"),
    "table border": Text("表格边框", "table border"),
}
"""What of a bulletin is no passage, by the kinds that reading names."""
SET_ASIDE = Text("未收入的部分", "Set aside")
DOUBTFUL = Text("存疑之处", "Doubtful")
NONE_DOUBTFUL = Text("没有。", "Nothing.")
CORRECT_READ = Text("更正", "Put right")
TRY_IT = Text("试问", "Try a question")
TRY_HELP = Text("只从这份文件回答。", "It is answered from this file alone.")
PUBLISH = Text("发布", "Publish")
REPLACE_OLD = Text(
    "替换同名的公报（旧的保留在已撤回中）", "Replace the bulletin of this name (the old one is kept)"
)
DELETE_DRAFT = Text("删除草稿", "Delete the draft")

WORDS_PAGE = Text("同义词", "Words")
WORDS_INTRO = Text(
    "居民怎么说、公报怎么写：问题里用了日常说法，也会按公报用语查找。保存后几秒内生效。",
    "What residents say and what bulletins write: a question in everyday words is searched by the official ones too. "
    "What you save takes effect within seconds.",
)
WORD_EDIT = Text("添加或修改", "Add or change a word")
WORD_OFFICIAL = Text("公报用语", "Official word")
WORD_OFFICIAL_HELP = Text("公报里的写法，例如：居民户口簿", "As the bulletins write it: 居民户口簿")
WORD_EVERYDAY = Text("日常说法", "Everyday words")
WORD_EVERYDAY_HELP = Text("用分号隔开，例如：户口本；红本本", "Semicolons between them: 户口本；红本本")
WORD_ENGLISH = Text("英文说法", "In English")
WORD_TRY_WITH = Text("用这个问题试一试", "A question to try it with")
WORD_TRY_HELP = Text(
    "不保存也能试：比较加上这些说法前后的回答。",
    "Nothing is saved by trying: you see the answer without and with these words.",
)
WORD_TRY = Text("试一试", "Try")
WORD_MISSING = Text(
    "请填写公报用语，以及至少一个日常说法或英文说法。",
    "Enter the official word, and at least one everyday or English one.",
)
WORD_CHANGE = Text("修改", "Change")
TRIED_NOW = Text("现在", "Now")
TRIED_THEN = Text("加上这些说法后", "With these words")
TRIED_NEAREST = Text("最接近的文件", "Documents that came nearest")
WORDS_OWN = Text("工作人员加的", "Added by staff")
WORDS_NONE = Text("还没有。", "None yet.")
WORDS_SHIPPED = Text("自带的词表", "Words that came with it")
WORDS_SHIPPED_HELP = Text("共{count}条，不能在这里修改。", "{count} entries; they can't be changed here.")
WORDS_FIND = Text("查一个词", "Look a word up")
WORDS_NOT_FOUND = Text("词表里没有。", "It is not among them.")
SAVE_PLAIN = Text("保存", "Save")
SAVED_SOON = Text("已保存，几秒内生效。", "Saved; it takes effect within seconds.")
CHANGED_MEANWHILE = Text(
    "您打开页面之后有人改过，您的没有保存。下面是现在的内容和您填写的内容，请核对后再保存。",
    "Somebody changed this after you opened the page; yours was not saved. What you entered is still in the form: "
    "look at it again, then save.",
)
HOME_PAGE = Text("首页与联系方式", "Home page and contacts")
HOME_INTRO = Text(
    "首页上的示例问题，以及查不到答案时请人去问谁。保存后几秒内生效。",
    "The questions offered on the home page, and whom to ask where the bulletins don't say. "
    "What you save takes effect within seconds.",
)
EXAMPLES_CHOSEN = Text("示例问题", "Example questions")
EXAMPLES_HELP = Text(
    "留空则自动选取。现在答不出的不会显示。",
    "Leave them empty and some are chosen by themselves. One that is refused is not shown.",
)
EXAMPLE_REFUSED = Text("现在答不出，不显示", "Refused just now, so not shown")
EXAMPLES_OFFERED = Text("最近问得多、答得有把握的问题", "Often asked lately, and answered with confidence")
ASKED_TIMES = Text("问过{times}次", "asked {times} times")
SAVE_EXAMPLES = Text("保存示例", "Save the examples")
IN_CHINESE = Text("中文", "Chinese")
IN_ENGLISH = Text("英文", "English")
CONTACTS = Text("查不到时请问谁", "Whom to ask")
CONTACTS_HELP = Text(
    "每个地区一句话，中英文都要填；留空则提示拨打12345。",
    "One line for each district, in both languages; where there is none, people are told of 12345.",
)
ALL_OTHERS = Text("其他地区", "All other districts")
SAVE_CONTACTS = Text("保存联系方式", "Save the contacts")
DID_SET_WORD = Text("设定词语", "Set a word")
DID_DROP_WORD = Text("删去词语", "Removed a word")
DID_CHOOSE_EXAMPLES = Text("选定示例", "Chose examples")
DID_SET_CONTACT = Text("设定联系方式", "Set a contact")

# --- evaluation ---
EVALUATE = Text("评测", "Evaluation")
NO_RUN = Text(
    "还没有评测结果。请在服务器上运行：python -m eval run --name NAME",
    "There is no evaluation run yet. Whoever runs this service makes one: python -m eval run --name NAME",
)
RUN = Text("评测批次", "Run")
NO_REPORT = Text("这一批次没有报告页。", "This run has no report page.")
NO_ANSWERS = Text("这一批次没有逐题结果。", "This run has no answers question by question.")
OPEN_REPORT = Text("单独打开报告", "Open the report on its own")
REPORT = Text("报告", "Report")
BY_QUESTION = Text("逐题查看", "Question by question")
FILTER = Text("只看", "Show")
F_ALL = Text("全部", "All")
F_WRONG = Text("答错", "Wrong")
F_REFUSED = Text("拒答", "Refused")
F_MISSED = Text("引用不对", "Missed citation")
F_ANSWERED = Text("不该回答却回答了", "Answered though it should refuse")
F_CHANGED = Text("回答有变", "Answer changed")
COMPARE_WITH = Text("与之比较", "Compare with")
NO_OTHER = Text("不比较", "Nothing")
C_LOST = Text("不再答对", "No longer right")
C_GAINED = Text("现在答对", "Now right")
C_OTHERWISE = Text("回答不同", "Answered otherwise")
GIVEN_BEFORE = Text("{name}的回答", "Given by {name}")
EXPECTED = Text("应答", "Expected")
GIVEN = Text("实答", "Given")
SHOWING = Text("{shown}题，共{total}题", "{shown} of {total} questions")
BAD_LINES = Text("有{count}行无法读取，已略过。", "{count} lines could not be read and are left out.")

TAGS = {
    "expired": Tag(Text("已过有效期", "Expired"), warning=True),
    "implied_expired": Tag(Text("可能已失效", "Probably lapsed"), warning=True),
    "past_event": Tag(Text("日期已过", "Date has passed"), warning=True),
    "superseded": Tag(Text("已被取代", "Replaced"), warning=True),
    "amended": Tag(Text("有过修改", "Amended")),
    "dated": Tag(Text("年份已久", "Some years old"), warning=True),
    "draft": Tag(Text("征求意见稿", "Draft"), warning=True),
    "conflict": Tag(Text("说法不一", "Sources differ"), warning=True),
    "disputed": Tag(Text("工作人员有异议", "Disputed by staff"), warning=True),
    "verified": Tag(Text("工作人员已核对", "Verified by staff")),
    "explainer": Tag(Text("政策解读", "Explainer")),
    "target": Tag(Text("规划目标", "A target")),
    "old_contact": Tag(Text("联系方式较旧", "Old contact"), warning=True),
    "missing_annex": Tag(Text("附件未刊", "Annex not printed")),
    "other_district": Tag(Text("别的地区", "Another district"), warning=True),
    "elsewhere": Tag(Text("别处也有规定", "Elsewhere too")),
    "untranslated": Tag(Text("尚无译文", "No translation")),
    "recognised": Tag(Text("识别文字", "Recognised text"), warning=True),
    "language": Tag(Text("译文", "Translation")),
    "machine_rendered": Tag(Text("机器译文", "Machine translation"), warning=True),
    "llm_written": Tag(Text("由模型撰写", "Worded by a model")),
    "llm_failed": Tag(Text("改用原文", "In the bulletin's words")),
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
