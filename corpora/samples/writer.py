"""Comments put together from phrases.yaml (what customers say) and scene.yaml (who they are, and how they write)."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import opencc
import yaml

HERE = Path(__file__).parent
FIRST_DAY, DAYS = datetime(2026, 4, 1), 183
Entry = dict[str, Any]


@dataclass(frozen=True)
class Visit:
    """One customer's occasion: what everything said of it must agree on."""

    at: datetime
    channel: str
    store: str
    product: str
    price: int
    saving: int
    mood: str

    @property
    def by_phone(self) -> bool:
        """Whether a clerk took down what was said."""
        return self.channel.startswith("电话")


class Writer:
    """Draws comments by weight, the phrasing used least so far first, so that none is worn out."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.phrases: dict[str, Entry] = yaml.safe_load((HERE / "phrases.yaml").read_text(encoding="utf-8"))
        self.scene: Entry = yaml.safe_load((HERE / "scene.yaml").read_text(encoding="utf-8"))
        self.pains: dict[str, Entry] = {f"{tp}.{name}": pain for tp, topic in self.phrases.items() for name, pain in topic["pains"].items()}
        self.drawn: Counter[str] = Counter()
        self.used: Counter[tuple[str | None, str]] = Counter()
        self.seen: set[str] = set()
        self.to_traditional: Callable[[str], str] = opencc.OpenCC("s2hk").convert

    def chance(self, probability: float) -> bool:
        """True in `probability` of the calls."""
        return self.rng.random() < probability

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Draw a key by its weight."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def one_of(self, listed: str) -> str:
        """Draw from a list such as ``"三天|五天"``."""
        return self.rng.choice(listed.split("|"))

    def visits(self, count: int, channels: Mapping[str, float], moods: Mapping[str, float]) -> list[Visit]:
        """Draw `count` visits; earliest first."""
        return sorted((self._visit(channels, moods) for _ in range(count)), key=lambda visit: visit.at)

    def _visit(self, channels: Mapping[str, float], moods: Mapping[str, float]) -> Visit:
        product = self.rng.choice(list(self.scene["products"]))
        price = self.rng.randint(*self.scene["products"][product]["price"])
        return Visit(
            at=FIRST_DAY + timedelta(days=self.rng.randrange(DAYS), hours=self.rng.randint(8, 22), seconds=self.rng.randrange(3600)),
            channel=self.weighted(channels),
            store=self.weighted({name: store["share"] for name, store in self.scene["stores"].items()}),
            product=product,
            price=price,
            saving=max(3, round(price * self.rng.uniform(0.08, 0.3))),
            mood=self.weighted(moods),
        )

    def line(self, block: str, visit: Visit, **known: str) -> str:
        """Draw a line of `block` that fits the visit, its slots filled."""
        tagged = [(tag, text) for tag, text in re.findall(r"^(?:@(\S+) )?(.+)$", block, re.M) if self._sayable(tag, text, visit)]
        chosen = min(tagged, key=lambda line: (self.used[line], self.rng.random()))
        self.used[chosen] += 1
        text = re.sub(r"\[([^\[\]]*\|[^\[\]]*)\]", lambda match: self.one_of(match[1]), chosen[1])
        facts = self.facts(visit) | known
        return re.sub(r"\{(\w+)\}", lambda match: facts[match[1]], text)

    def _sayable(self, tag: str, text: str, visit: Visit) -> bool:
        """Whether the tag fits the visit; a clerk writes of the customer, so not in the first person."""
        told = not (visit.by_phone and re.search("我|你|贵公司", text))
        return told and (not tag or bool(self._traits(visit) & set(tag.split("/"))))

    def _traits(self, visit: Visit) -> set[str]:
        """What `@…`, `where` and `goods` may ask for; a clerk writes no dialect down."""
        region = set() if visit.by_phone else {self.scene["stores"][visit.store]["region"]}
        return {visit.product, *self.scene["products"][visit.product]["kinds"], visit.channel[0]} | region

    def facts(self, visit: Visit) -> dict[str, str]:
        """What may stand in a slot for this visit."""
        rng, scene, product = self.rng, self.scene, self.scene["products"][visit.product]
        bought = visit.at - timedelta(days=rng.randint(2, 25))
        digits, store = f"{rng.randrange(10000):04d}", scene["stores"][visit.store]
        shop = {"门": visit.store, "小": "贵店小程序", "天": "天猫旗舰店"}.get(visit.channel[0], rng.choice((visit.store, "天猫旗舰店")))
        short_date = f"{bought.month}月{bought.day}"
        return {name: self.one_of(values) for name, values in (scene["slots"] | scene["personal_slots"]).items()} | {
            "p": rng.choice(product["names"]),
            "unit": product["unit"],
            "spec": self.one_of(scene["specs"][visit.product]),
            "price": str(visit.price),
            "less": str(visit.price - visit.saving),
            "drop": f"{visit.saving}{rng.choice(('块', '元', '块钱'))}",
            "kin": "家人" if visit.by_phone else self.one_of(scene["slots"]["kin"]),
            "store": rng.choice((visit.store, visit.store[2:], visit.store if visit.by_phone else "你们店")),
            "shop": shop,
            "city": store["city"],
            "area": store["area"],
            "date": rng.choice((short_date + "日", f"{bought:%Y-%m-%d}", f"{bought.year}年{short_date}日")),
            "when": rng.choice(("上周", "前两天", "上周末", "昨天", short_date + "号")),
            "digits": digits,
            "phone": f"13{rng.randrange(10)}0000{digits}",
            "phone_spaced": rng.choice(("138 0013 8000", f"139-0000-{digits}")),
            "order_no": f"DD{bought:%Y%m%d}{rng.randrange(10**6):06d}",
            "waybill": f"SF10000000{rng.randrange(10**5):05d}",
            "fullname": self.one_of(scene["personal_slots"]["surname"]) + self.one_of(scene["personal_slots"]["given_name"]),
            "address": f"{store['city']}市{self.one_of(scene['places'])}{rng.randint(1, 20)}栋{rng.randint(1, 18)}0{rng.randint(1, 4)}室",
        }

    def choose_pain(self, visit: Visit) -> tuple[str, Entry]:
        """Draw a pain point that fits the visit, as weights and trends have it; returns its touchpoint and its entry."""
        key = self.weighted({key: pain["weight"] * self._trend(key, visit) for key, pain in self.pains.items() if self._fits(pain, visit)})
        self.drawn[key] += 1
        return key.split(".")[0], self.pains[key]

    def choose_praise(self, visit: Visit, but: tuple[str, ...] = ()) -> tuple[str, Entry]:
        """Draw what pleases at this visit, none of the touchpoints `but`; returns its touchpoint and its entry."""
        praised = {tp: topic["praise"] for tp, topic in self.phrases.items() if tp not in but and self._fits(topic["praise"], visit)}
        key = self.weighted({touchpoint: entry["weight"] for touchpoint, entry in praised.items()})
        self.drawn[key] += 1
        return key, praised[key]

    def _fits(self, entry: Entry, visit: Visit) -> bool:
        return all(self._traits(visit).intersection(entry[need].split()) for need in ("where", "goods") if need in entry)

    def _trend(self, key: str, visit: Visit) -> float:
        times = 1.0
        for trend in self.scene["trends"]:
            within = trend.get("since", date.min) <= visit.at.date() < trend.get("until", date.max)
            if trend["pain"] == key and within and trend.get("who", visit.store) in (visit.store, visit.channel):
                times *= trend["times"]
        return times

    def complaint(self, visit: Visit) -> str:
        """A complaint in one of its usual forms, from two words to a small story."""
        touchpoint, pain = self.choose_pain(visit)
        form = self.weighted(self.scene["forms"]["complaint"]["clerk" if visit.by_phone else visit.mood])
        tone = "bad" if visit.mood == "bad" else "mild"
        if form == "story":
            return self.line(self.scene["stories"][tone], visit)
        if form == "irony":
            return self.line(pain["irony" if "irony" in pain else "short"], visit)
        if form == "short":
            return self.line(pain["short"], visit)
        say = self.line(pain["say"], visit)
        if form == "more":
            text = self.join(say, *(self.line(pain["more"], visit) for _ in range(self.rng.choice((1, 1, 1, 2)))))
        elif form == "open":
            text = self.one_of(self.scene["openers"][tone]) + say
        elif form == "close":
            text = self.join(say, self.one_of(self.scene["closers"][tone]))
        elif form == "turn":
            praise = self.line(self.choose_praise(visit, but=(touchpoint, "overall"))[1]["short"], visit)
            text = praise + self.one_of(self.scene["turns"]) + (say if self.chance(0.7) else self.line(pain["short"], visit))
        elif form == "two":
            text = say + self.one_of(self.scene["links"]) + self.line(self.choose_pain(visit)[1][self.rng.choice(("say", "short"))], visit)
        else:
            text = say
        return self.join(text, self.line(self.scene["personal"], visit)) if not visit.by_phone and self.chance(0.09) else text

    def praise(self, visit: Visit) -> str:
        """Praise in one of its usual forms."""
        touchpoint, first = self.choose_praise(visit)
        _, other = self.choose_praise(visit, but=(touchpoint,))
        form = self.weighted(self.scene["forms"]["praise"]["clerk" if visit.by_phone else "customer"])
        if form == "shorts":
            return self.join(*(self.line(entry["short"], visit) for entry in (first, other)), self.one_of(self.scene["closers"]["good"]))
        say = self.line(first["say"], visit)
        if form == "open":
            return self.one_of(self.scene["openers"]["good"]) + say
        if form == "close":
            return self.join(say, self.one_of(self.scene["closers"]["good"]))
        return self.join(say, self.line(other[self.rng.choice(("say", "short"))], visit)) if form == "two" else say

    def join(self, *parts: str, marks: str = "，，，。") -> str:
        """Parts in a row, each once, with a mark between where there is none."""
        text, *rest = dict.fromkeys(parts)
        for part in rest:
            text += ("" if text[-1] in "，。！？：…" else self.rng.choice(marks)) + part
        return text

    def fresh(self, compose: Callable[[Visit], str], visit: Visit) -> str:
        """What `compose` makes, as this customer types it, and as nobody has; only a few very short ones come twice, as in life."""
        for _ in range(50):
            text = self._typed(re.sub("([？！。])[，。；]", r"\1", compose(visit)), visit)
            if text not in self.seen or (len(text) <= 6 and self.chance(0.1)):
                break
        self.seen.add(text)
        return text

    def _typed(self, text: str, visit: Visit) -> str:
        if visit.by_phone:
            lead = self.one_of(self.scene["leads"][visit.mood]) if self.chance(0.5) else ""
            return self.script(lead + text, visit)
        if self.chance(0.13):
            text = self.replace_one(text, self.scene["typos"])
        if self.chance(0.07):
            text = self.replace_one(text, self.scene["elongations"])
        return self.script(self._habit(text, visit.mood), visit)

    def replace_one(self, text: str, table: Mapping[str, str]) -> str:
        """`text` with one of the words of `table` replaced, where it has any."""
        possible = [word for word in table if word in text]
        return text.replace(chosen := self.rng.choice(possible), table[chosen], 1) if possible else text

    def _habit(self, text: str, mood: str) -> str:
        """How this hand punctuates, and what a web form or a scraper left in the text."""
        emoji = self.one_of(self.scene["emoji"][mood]) * self.rng.choice((1, 1, 1, 2, 3)) if self.chance(0.1) else ""
        end = self.weighted(self.scene["end_marks"][mood]) if text[-1] not in "！？。…" else ""
        match self.weighted(self.scene["habits"]):
            case "half":
                text, end = (part.translate(str.maketrans("，。！？：；", ",.!?:;")) for part in (text, end))
            case "spaces":
                text, end = re.sub("[，。]", " ", text).strip(), ""
            case "dots":
                text = text.replace("，", self.rng.choice(("。。。", "...", "……")))
            case "html":
                text = re.sub("，|$", lambda match: match[0] + self.one_of(self.scene["html"]), text, count=1)
            case "debris":
                debris = self.scene["debris"]
                text = self.to_traditional(re.sub("|".join(debris), lambda match: debris[match[0]], text))
        return text + end + emoji

    def script(self, text: str, visit: Visit) -> str:
        """Traditional characters for Hong Kong and for a few elsewhere; some mix the two."""
        if visit.store.startswith("香港") or (self.chance(0.008) and not visit.by_phone):
            return self.to_traditional(text)
        half = len(text) // 2 if self.chance(0.008) else len(text)
        return text[:half] + self.to_traditional(text[half:])
