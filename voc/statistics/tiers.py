"""Customer value tiers by recency, frequency and money, and what each tier complains of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voc.errors import TableError
from voc.ingest.dates import iso_date
from voc.ingest.files import bare_tables, local_file, raw_rows
from voc.ingest.header import find_header
from voc.ingest.names import names_role, plain_name
from voc.ingest.scores import score
from voc.statistics.columns import Columns
from voc.statistics.factor import Factor
from voc.statistics.intervals import LEAST, Doubles, share_figure
from voc.statistics.records import TierName, TierRow, Tiers

LABELS: dict[TierName, str] = {"loyal": "高价值忠诚", "growing": "潜力培育", "dormant": "沉睡唤醒"}
RULE = (
    "R、F、M 各按五分位打 1–5 分；R ≤ 2 沉睡唤醒；其余 (F + M) ÷ 2 ≥ 4 高价值忠诚；其余潜力培育 / "
    "quintiles 1–5 of recency, frequency, money; R ≤ 2 dormant; else (F + M) ÷ 2 ≥ 4 loyal; else growing"
)
PAIN_POINTS_SHOWN = 10
_DATES = (
    "下单时间", "下单日期", "订单日期", "订单时间", "支付时间", "付款时间", "购买时间", "购买日期", "消费时间", "消费日期", "交易时间",
    "交易日期", "日期", "时间", "order_date", "order_time", "ordered_at", "paid_at", "created_at", "date", "time",
)  # fmt: skip
_AMOUNTS = (
    "金额", "订单金额", "实付金额", "支付金额", "付款金额", "消费金额", "交易金额", "实付", "总价", "amount", "order_amount", "total",
    "price", "paid", "revenue", "monetary",
)  # fmt: skip
_HEAD = 1_000


@dataclass(frozen=True)
class Order:
    """One purchase.

    Parameters
    ----------
    customer_id : str
        As beside the comments.
    date : str
        ISO 8601.
    amount : float
        Money, in any one currency.
    """

    customer_id: str
    date: str
    amount: float


def read_orders(path: Path) -> list[Order]:
    """Read a table of orders, by the names of its columns.

    Parameters
    ----------
    path : pathlib.Path
        Any format that `voc.ingest` reads; a column each of customer id, date and amount. Rows that lack one of them, such as totals,
        are passed over.

    Returns
    -------
    list of Order
        At least one.

    Raises
    ------
    TableError
        If the file cannot be read, one of the columns is not there, or no row is an order.
    """
    source = local_file(path)
    rows = []
    for sheet in bare_tables(source, (), None):
        rows = [row.cells for row in raw_rows(source, sheet) if not row.fault and any(row.cells)]
        if sheet.headers:
            names: tuple[str, ...] = sheet.headers
        else:
            header = find_header([row for _, row in zip(range(_HEAD), raw_rows(source, sheet), strict=False) if any(row.cells)])
            names = header.names
        places = _places(names)
        if places:
            break
    else:
        raise TableError(
            "no_orders",
            f"订单表要有客户编号、日期、金额三列 / an orders table needs customer id, date and amount: {'、'.join(names)[:200]}",
            "改列名，如 会员编号、下单时间、金额 / name them so",
            file=path.name,
        )
    orders = []
    for cells in rows:
        who, when, much = (cells[at] if at < len(cells) else "" for at in places)
        date, amount = iso_date(when), _amount(much)
        if who and date and amount is not None:
            orders.append(Order(who, date, amount))
    if not orders:
        raise TableError("no_orders", "没有一行是订单 / no row is an order", "检查日期和金额 / check dates and amounts", file=path.name)
    return orders


def tiers(columns: Columns, orders: Iterable[Order], *, as_of: str | None = None, least: int = LEAST) -> tuple[Tiers, Factor]:
    """Sort customers into tiers, and count what each tier says.

    RFM (Hughes, Strategic Database Marketing, 1994): customers ranked by last purchase, number and sum of purchases, a fifth of them
    each score; equal values share the score of the best of them. `RULE` makes three tiers of the scores.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    orders : iterable of Order
        Of as many customers as are known, whether they wrote or not.
    as_of : str, optional
        Date from which recency counts; later orders are passed over. The last order where left out.
    least : int
        Comments below which shares are suppressed.

    Returns
    -------
    Tiers
        Loyal, growing, dormant.
    Factor
        Tier of each comment; none where its customer has no order.
    """
    known = [order for order in orders if as_of is None or order.date[:10] <= as_of]
    last: dict[str, str] = {}
    number: dict[str, int] = {}
    money: dict[str, float] = {}
    for order in known:
        last[order.customer_id] = max(last.get(order.customer_id, ""), order.date[:10])
        number[order.customer_id] = number.get(order.customer_id, 0) + 1
        money[order.customer_id] = money.get(order.customer_id, 0.0) + order.amount
    who = sorted(last)
    recency = quintiles(np.array([last[name] for name in who], dtype="datetime64[D]").astype(float))
    value = (quintiles(np.array([number[name] for name in who], dtype=float)) + quintiles(np.array([money[name] for name in who]))) / 2
    tier: dict[str, TierName] = {
        name: ("dormant" if r <= 2 else "loyal" if v >= 4 else "growing")
        for name, r, v in zip(who, recency.tolist(), value.tolist(), strict=True)
    }
    place = {name: at for at, name in enumerate(LABELS)}
    names = [tier.get(customer) if customer else None for customer in columns.customers]
    factor = Factor(tuple(LABELS.values()), np.array([place[name] if name else -1 for name in names], dtype=np.int64))
    rows = []
    for at, (key, label) in enumerate(LABELS.items()):
        chosen = factor.codes == at
        comments = int(chosen.sum())
        counts = columns.pains[chosen].sum(axis=0)
        ranked = sorted(np.flatnonzero(counts).tolist(), key=lambda point: (-counts[point], columns.points[point].id))[:PAIN_POINTS_SHOWN]
        members = [name for name in who if tier[name] == key]
        rows.append(
            TierRow(
                tier=key,
                label=label,
                customers=len(members),
                comments=comments,
                spend=round(sum(money[name] for name in members) / len(members), 2) if members else 0.0,
                churn=share_figure(int(columns.churn[chosen].sum()), comments, least=least),
                pain_points=tuple((columns.points[point].id, share_figure(int(counts[point]), comments, least=least)) for point in ranked),
            )
        )
    joined = float((factor.codes >= 0).mean()) if len(columns) else 0.0
    return Tiers(rule=RULE, as_of=as_of or max(last.values(), default=""), joined=round(joined, 4), rows=tuple(rows)), factor


def quintiles(values: Doubles) -> Doubles:
    """Scores 1 to 5 by fifths of the rank.

    Parameters
    ----------
    values : ndarray of shape (n,)
        More is better.

    Returns
    -------
    ndarray of shape (n,)
        5 for the best fifth; equal values share the score of the best of them.

    Examples
    --------
    >>> quintiles(np.array([1.0, 1.0, 2.0, 3.0, 9.0])).tolist()
    [2.0, 2.0, 3.0, 4.0, 5.0]
    """
    if not len(values):
        return values
    rank = np.searchsorted(np.sort(values), values, side="right")
    return np.ceil(5 * rank / len(values))


def _places(names: Iterable[str]) -> tuple[int, int, int] | None:
    plain = [plain_name(name) for name in names]
    customer = min(
        ((rank, at) for at, name in enumerate(plain) if (rank := names_role(name, "customer_id", exact=True)) is not None), default=None
    )
    date, amount = _best(plain, _DATES), _best(plain, _AMOUNTS)
    return None if customer is None or date is None or amount is None else (customer[1], date, amount)


def _best(plain: list[str], words: tuple[str, ...]) -> int | None:
    exact = [(words.index(name), at) for at, name in enumerate(plain) if name in words]
    ending = [(words.index(word), at) for at, name in enumerate(plain) for word in words if name.endswith(word)]
    return min(exact or ending, default=(0, None))[1]


def _amount(cell: str) -> float | None:
    return score(cell.strip().lstrip("¥￥$").replace(",", "").removesuffix("元").strip())
