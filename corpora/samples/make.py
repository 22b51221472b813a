"""Make the three sample files: ``python corpora/samples/make.py [FOLDER]``; without FOLDER they are written beside this script.

The same seed gives the same csv and jsonl byte for byte, and an xlsx of the same cells. Prints how often each pain point and each
praised touchpoint was drawn.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import xlsxwriter
from writer import DAYS, FIRST_DAY, HERE, Visit, Writer

SEED = 2026
SURVEYS, COMPLAINTS, REVIEWS = 1640, 300, 400
TITLE = "2026年二、三季度门店及商城满意度调查"
NOTE = "说明：推荐意愿 0–10 分，10 分为非常愿意推荐；开放题选填；本表由问卷系统导出，请勿外传。"
HEADER = (
    "答卷编号", "提交时间", "渠道", "区域", "门店", "会员编号", "购买商品", "您向朋友推荐我们的可能性（0-10）",
    "您最不满意的地方是什么？为什么？", "您还有什么想对我们说的？", "姓名", "手机号",
)  # fmt: skip
SCORES = {"bad": (0, 0, 1, 2, 3, 3, 4, 5, 5, 6), "mild": (6, 7, 7, 7, 8, 8), "good": (8, 9, 9, 10, 10, 10)}
RATINGS = {"bad": (1, 1, 1, 2), "mild": (3, 3, 4), "good": (4, 5, 5, 5, 5)}
# Cells that a careless export or a tired clerk spoils: number of the answer sheet -> column -> what stands there.
SPOILED: dict[int, dict[int, object]] = {
    37: {7: "十一"}, 112: {7: 99}, 208: {7: "8分"}, 290: {1: "昨天下午"}, 371: {1: "#REF!"}, 455: {7: -1}, 530: {6: "#REF!"},
    604: {7: "非常愿意"}, 688: {1: "2026年13月45日"}, 731: {8: "#REF!"}, 799: {7: None}, 860: {0: 10859}, 933: {1: "不记得了"},
    1017: {0: None}, 1104: {2: "门店 "}, 1180: {7: "10/10"}, 1266: {1: None}, 1333: {7: "九"}, 1402: {4: "#N/A"}, 1519: {7: "7.5"},
}  # fmt: skip
SHIFTED_RIGHT, SHIFTED_LEFT, BLANK_BEFORE = 640, 1290, (334, 1002, 1003)


def answer(writer: Writer, visit: Visit, question: str) -> str:
    """What the customer writes under the ``"first"`` or ``"second"`` open question."""
    kind = writer.weighted(writer.scene["answers"][question][visit.mood])
    if kind == "empty":
        return ""
    if kind == "none":
        return writer.script(writer.one_of(writer.scene["none"]), visit)
    if kind in ("complaint", "praise"):
        english = not visit.by_phone and writer.chance(0.25 if visit.store.startswith("香港") else 0.008)
        if not english:
            return writer.fresh(getattr(writer, kind), visit)
        return writer.line(writer.scene["english"][kind], visit)
    return writer.fresh(lambda visit: writer.line(writer.scene[kind], visit), visit)


def template(writer: Writer) -> str:
    """A review that is copied about: mostly as it stands, at times with a word changed."""
    text = writer.rng.choice(writer.scene["templates"].splitlines())
    return text if writer.chance(0.6) else writer.replace_one(text, writer.scene["template_changes"])


def survey_rows(writer: Writer) -> Iterator[list[object]]:
    """Rows under the header of the survey, the spoiled ones among them."""
    visits = writer.visits(SURVEYS, writer.scene["channels"], {"bad": 31, "mild": 27, "good": 42})
    for number, visit in enumerate(visits, 1):
        row = survey_row(writer, number, visit)
        for column, value in SPOILED.get(number, {}).items():
            row[column] = value
        if number == SHIFTED_RIGHT:
            row = [None, *row[:-1]]
        elif number == SHIFTED_LEFT:
            row = [*row[1:], None]
        if number in BLANK_BEFORE:
            yield [None] * len(HEADER)
        yield row


def survey_row(writer: Writer, number: int, visit: Visit) -> list[object]:
    """One answer sheet, in the order of `HEADER`."""
    facts = writer.facts(visit)
    first, second = answer(writer, visit, "first"), answer(writer, visit, "second")
    as_text = writer.rng.choice(("%Y/%m/%d %H:%M", "%Y%m%d", "%Y年%m月%d日 %H:%M", "%Y-%m-%d"))
    return [
        10000 + number,
        visit.at.strftime(as_text) if writer.chance(0.04) else visit.at,
        visit.channel,
        writer.scene["stores"][visit.store]["region"],
        "" if visit.channel == "天猫旗舰店" else visit.store,
        f"M{writer.rng.randrange(10**6):07d}" if writer.chance(0.7) else "",
        visit.product,
        writer.rng.choice(SCORES[visit.mood]),
        first,
        template(writer) if visit.mood == "good" and number % 45 == 0 else second,
        writer.rng.choice((facts["fullname"], facts["surname"] + "女士", facts["surname"] + "先生", "")),
        writer.rng.choice((facts["phone"], f"{facts['phone'][:3]}****{facts['digits']}", "")),
    ]


def case_rows(writer: Writer) -> Iterator[dict[str, str]]:
    """Complaints of 40 to 300 characters, as they are filed."""
    for number, visit in enumerate(writer.visits(COMPLAINTS, writer.scene["complaint"]["channels"], {"bad": 1}), 1):
        text, ask = case(writer, visit)
        while not 40 <= len(text) <= 300:
            text, ask = case(writer, visit)
        yield {
            "工单编号": f"TS{visit.at:%y%m}{number:04d}",
            "受理时间": f"{visit.at:%Y/%m/%d %H:%M}",
            "投诉渠道": visit.channel,
            "投诉内容": text,
            "门店": "" if visit.channel == "天猫旗舰店" else visit.store,
            "诉求": ask if writer.chance(0.8) else "",
        }


def case(writer: Writer, visit: Visit) -> tuple[str, str]:
    """A complaint (what happened, what was tried, what it cost, what is wanted), and its demand by itself."""
    scene, (_, pain) = writer.scene["complaint"], writer.choose_pain(visit)
    ask = writer.line(pain["ask"], visit)
    story = [writer.line(pain["say"], visit)] + [writer.line(pain["more"], visit) for _ in range(writer.rng.randint(0, 2))]
    sentences = [writer.join(*story, marks="，。。")]
    if writer.chance(0.35):
        sentences.append("另外" + writer.line(writer.choose_pain(visit)[1]["say"], visit))
    sentences += [writer.line(scene["process"], visit) for _ in range(writer.rng.choice((0, 1, 1, 2, 3)))]
    for block, share in ((scene["impact"], 0.5), (writer.scene["long_personal"], 0.15), (scene["demand"], 0.6)):
        if writer.chance(share):
            sentences.append(writer.line(block, visit, ask=ask))
    opening = writer.line(scene["hotline" if visit.by_phone else "openings"], visit)
    text = writer.weighted({"。": 80, "。\n": 12, "！": 4, "\n": 4}).join(dict.fromkeys(sentences)) + "。"
    text = f"{opening}，客户称{text}" if visit.by_phone else writer.join(opening, text, marks="，。。")
    text = re.sub("([？！。…])[。！]", r"\1", text)
    return writer.script(text.replace("，", ",") if writer.chance(0.1) else text, visit), ask


def review_rows(writer: Writer) -> Iterator[dict[str, object]]:
    """Reviews of the online shop, every tenth a copied one."""
    for number, visit in enumerate(writer.visits(REVIEWS, {"天猫旗舰店": 1}, {"bad": 27, "mild": 24, "good": 49}), 1):
        text, rating = review(writer, visit), writer.rng.choice(RATINGS[visit.mood])
        if number % 10 == 0:
            text, rating = template(writer), 5
        yield {
            "id": f"R{visit.at:%y%m}-{number:04d}",
            "text": text,
            "rating": rating,
            "created_at": f"{visit.at:%Y-%m-%d %H:%M:%S}",
            "product": visit.product,
            "channel": visit.channel,
        }


def review(writer: Writer, visit: Visit) -> str:
    """What stands under the stars, at times with a later afterthought."""
    pleased = visit.mood == "good"
    if writer.chance(0.04):
        return writer.one_of(writer.scene["default_reviews"]["good" if pleased else "other"])
    text = writer.fresh(writer.praise if pleased else writer.complaint, visit)
    if writer.chance(0.06):
        entry = writer.phrases["product_quality"]["praise"] if pleased else writer.choose_pain(visit)[1]
        text += "\n追评：" + writer.line(entry["say"], visit)
    return text


def write_survey(path: Path, rows: Iterable[list[object]]) -> None:
    """Write the workbook as survey tools do: a merged title, a note, then the header."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.set_properties({"title": TITLE, "created": FIRST_DAY + timedelta(days=DAYS)})
        sheet = book.add_worksheet("答卷明细")
        sheet.merge_range(0, 0, 0, len(HEADER) - 1, TITLE, book.add_format({"align": "center", "bold": True}))
        sheet.write_string(1, 0, NOTE)
        for number, row in enumerate([HEADER, *rows], 2):
            for column, value in enumerate(row):
                if value == "#N/A":
                    sheet.write_formula(number, column, "=NA()", None, value)  # a true error cell; "#REF!" was pasted as text
                elif isinstance(value, str) and value:
                    sheet.write_string(number, column, value)  # never a formula, whatever it starts with
                elif value not in (None, ""):
                    sheet.write(number, column, value)


def main(folder: Path) -> None:
    """Write the three files into `folder`."""
    writer = Writer(SEED)
    write_survey(folder / "retail_survey.xlsx", survey_rows(writer))
    with (folder / "complaints.csv").open("w", encoding="gb18030", newline="") as file:
        table = csv.DictWriter(file, ("工单编号", "受理时间", "投诉渠道", "投诉内容", "门店", "诉求"))
        table.writeheader()
        table.writerows(case_rows(writer))
    with (folder / "reviews.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in review_rows(writer))
    for key, times in sorted(writer.drawn.items()):
        print(f"{times:5} {key}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
