"""How sure the pain points are: whether parts of the complaints, grouped anew, bring the same ones together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from voc.clustering import DETAILS, ProblemClusterer
from voc.grouping import Group, Grouping, gather
from voc.metrics import DIGITS
from voc.naming import Namer
from voc.records import PainPoint
from voc.space import Placed

ROUNDS = 5
PART = 0.8  # of the complaints, in each round
MOST = 4000  # complaints of a round: more tell little more, and grouping takes the longer


def measure_stability(
    points: Sequence[PainPoint], placed: Placed, namer: Namer, grouping: Grouping | None = None, *, progress: bool = False
) -> list[float | None]:
    """Co-assignment of the members of each pain point in groupings of random parts.

    Parameters
    ----------
    points : sequence of PainPoint
        Of the run.
    placed : Placed
        All complaints of the run.
    namer : Namer
        Recognises groups of one known problem.
    grouping : Grouping, optional
        As the pain points were found.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of float or None
        Share of the pairs of members, both in the part, that lie in one group again, mean over the rounds, 0–1; None where no
        round had two members.
    """
    if not points:
        return []
    grouping = grouping or Grouping()
    places = {(complaint.quote.comment_id, complaint.quote.start): index for index, complaint in enumerate(placed.complaints)}
    members = [[places[quote.comment_id, quote.start] for quote in point.members] for point in points]
    found: list[list[float]] = [[] for _ in points]
    for number in tqdm(range(ROUNDS), "稳定性 / stability", unit="轮", disable=not progress):
        names = _group_part(placed, namer, grouping, number)
        for shares, inside in zip(found, members, strict=True):
            again = Counter(names[index] for index in inside if index in names)
            n = again.total()
            if n > 1:
                shares.append(sum(count * (count - 1) for name, count in again.items() if name) / (n * (n - 1)))
    return [round(float(np.mean(shares)), DIGITS) if shares else None for shares in found]


def _group_part(placed: Placed, namer: Namer, grouping: Grouping, number: int) -> dict[int, str]:
    """Complaints of a random part, each with the name of its group: the known problem, or a number; empty where it has none."""
    n = len(placed.complaints)
    part = np.sort(np.random.default_rng((grouping.seed, number)).permutation(n)[: min(int(n * PART), MOST)]).tolist()

    def topics(touchpoint: str, members: Sequence[int]) -> list[Group]:
        if not members:
            return []
        labels = ProblemClusterer(DETAILS[grouping.detail], grouping.seed).fit(placed.vectors[members]).labels_
        inside = [[index for index, label in zip(members, labels, strict=True) if label == one] for one in range(labels.max() + 1)]
        return [Group(touchpoint, [], group) for group in inside]

    names = dict.fromkeys(part, "")
    for place, group in enumerate(gather(part, placed, namer, topics)[0]):
        known = namer.known_problem(placed.known[group.members], placed.codes)
        names |= dict.fromkeys(group.members, known[0] if known else str(place))
    return names
