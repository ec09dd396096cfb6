"""Fan-outs: two stages, several at once, where equal questions get different answers, under shuffled schedules.

Each task knows who it is, and the step does not: `who` is left out of the comparison. So only its place among the
tasks says which recorded answer is its own. A replay may ask again, never take another's answer.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from tests.laws.choices import Choices
from tests.laws.processes import Servers, scratch_folder
from tests.laws.render import SCRIPT
from tests.laws.trial import Stage

HEAD = """
import asyncio
import concurrent.futures
import json
import os
from kit import append, fr, ran

FACTOR = {factor}
PAUSES = {pauses}
FAILS = {fails}

def next_answer(who, stage):
    value = int.from_bytes(os.urandom(5), "big")
    append("answers.log", json.dumps([who, stage, value]))
    return value

def grade(answer):
    return answer * FACTOR

async def pause(n):
    for _ in range(PAUSES[n % len(PAUSES)]):
        await asyncio.sleep(0)

@fr.register("ask", ignore=("who",))
async def ask(question, who):
    ran("ask")
    await pause(who)
    answer = next_answer(who, "ask")
    await pause(who + 1)
    return answer

@fr.register("ask_now", ignore=("who",))
def ask_now(question, who):
    ran("ask_now")
    return next_answer(who, "ask")

@fr.register("score")
async def score(answer):
    ran("score")
    await pause(answer)
    return grade(answer)

@fr.register("follow", ignore=("who",))
async def follow(about, who):
    ran("follow")
    await pause(who)
    return next_answer(who, "follow")

@fr.register("check")
def check(found):
    ran("check")
    if FAILS:
        raise RuntimeError("not done yet")
    return found + 1
"""

STAGES = {
    "ask and score": """
async def stage(who):
    answer = await ask({question}, who)
    await pause(who)
    return [who, [["ask", answer]], await score(answer)]
""",
    "ask twice": """
async def stage(who):
    first = await ask({question}, who)
    second = await ask({question}, who)
    return [who, [["ask", first], ["ask", second]], await score(first) + await score(second)]
""",
    "ask and follow": """
async def stage(who):
    answer = await ask({question}, who)
    await pause(who)
    other = await follow(0, who)
    return [who, [["ask", answer], ["follow", other]], await score(answer) + await score(other)]
""",
    "a step of two stages": """
@fr.register("both", ignore=("who",))
async def stage(question, who):
    ran("both")
    answer = await ask(question, who)
    other = await follow(0, who)
    return [who, [["ask", answer], ["follow", other]], await score(answer) + await score(other)]
""",
    "in a thread": """
async def stage(who):
    answer = await asyncio.to_thread(ask_now, {question}, who)
    return [who, [["ask", answer]], await score(answer)]
""",
    "fan-out in a fan-out": """
async def stage(who):
    one, other = await asyncio.gather(ask({question}, who), follow(0, who))
    return [who, [["ask", one], ["follow", other]], await score(one) + await score(other)]
""",
}

FANS = {
    "gather": "    found = await asyncio.gather(*[{call} for who in range({n})])",
    "TaskGroup": """    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task({call}) for who in range({n})]
    found = [task.result() for task in tasks]""",
    "create_task": """    tasks = [asyncio.create_task({call}) for who in range({n})]
    found = [await task for task in reversed(tasks)]""",
    "as_completed": "    found = [await one for one in asyncio.as_completed([{call} for who in range({n})])]",
    "wait": """    done, _ = await asyncio.wait([asyncio.ensure_future({call}) for who in range({n})])
    found = [task.result() for task in done]""",
    "two fans": """    found = await asyncio.gather(*[{call} for who in range({n} // 2)])
    found += await asyncio.gather(*[{call} for who in range({n} // 2, {n})])""",
    "bounded": """    gate = asyncio.Semaphore(2)
    async def gated(who):
        async with gate:
            return await {call}
    found = await asyncio.gather(*[gated(who) for who in range({n})])""",
}

TAIL = """
@fr.register("main")
async def main():
    ran("main")
{before}{fan}
    check(len(found))
    return sorted(found)

if __name__ == "__main__":
    print(json.dumps(asyncio.run(fr.run(main))))
"""


@dataclass(frozen=True, slots=True)
class FanOut:
    """A program of this kind, the edit of it, and the seeds of the two schedules."""

    stage: str
    fan: str
    tasks: int
    kinds: int  # of questions: tasks with equal ones are told apart by their place alone
    pauses: tuple[int, ...]
    edit: str
    schedules: tuple[int, int]

    def text(self, *, is_edited: bool) -> str:
        """Return the program, before or after the edit."""
        edit = self.edit if is_edited else ""
        question = f"who % {self.kinds}"
        factor = 5 if edit == "grade" else 3
        call = f"stage({question}, who)" if "step" in self.stage else "stage(who)"
        before = {"ask before": "    await ask(77, 99)\n", "task before": "    await asyncio.gather(score(0))\n"}
        return "".join(
            (
                HEAD.format(factor=factor, pauses=self.pauses, fails=not is_edited),
                STAGES[self.stage].format(question=question),
                TAIL.format(
                    before=before.get(edit, ""),
                    fan=FANS[self.fan].format(call=call, n=self.tasks + (edit == "one more task")),
                ),
            )
        )

    @property
    def has_places(self) -> bool:
        """Whether each task has one place among the tasks in both runs. `as_completed` starts them in any order."""
        return self.fan != "as_completed" and self.edit != "task before"


EDITS = ("mend", "grade", "one more task", "ask before", "task before")


def fan_out(choices: Choices) -> FanOut:
    """Return a program with its edit and schedules."""
    return FanOut(
        stage=choices.one_of(list(STAGES)),
        fan=choices.one_of(list(FANS)),
        tasks=choices.between(2, 6),
        kinds=choices.between(1, 3),
        pauses=tuple(choices.below(4) for _ in range(choices.between(1, 5))),
        edit=choices.one_of(EDITS),
        schedules=(choices.below(1_000_000), choices.below(1_000_000)),
    )


Key = tuple[int, str]
"""Who asked, and in which stage."""


def problems(one: FanOut, servers: Servers, mutant: str = "") -> list[str]:
    """Return what was wrong when *one* was recorded under one schedule, edited, and replayed under another."""
    folder = scratch_folder()
    try:
        return _problems(one, Stage(folder, servers, mutant))
    finally:
        shutil.rmtree(folder)


def _problems(one: FanOut, stage: Stage) -> list[str]:
    program = stage.live / SCRIPT
    stage.put_kit(stage.live)
    program.write_text(one.text(is_edited=False))
    done, session = stage.record(one.schedules[0])
    if done.error != "RuntimeError: not done yet" or session is None:
        return [f"the recording ended with {done.error}: {done.stderr}"]
    recorded = _given(stage)
    program.write_text(one.text(is_edited=True))
    done, _, _ = stage.replay(session, frozenset(), one.schedules[1])
    if done.status:
        return [f"the replay ended with {done.error}: {done.stderr}"]
    return list(_wrong(one, json.loads(done.stdout), recorded, _given(stage)))


def _given(stage: Stage) -> dict[Key, list[int]]:
    """Return the answers that were given since this was last asked."""
    given: dict[Key, list[int]] = {}
    for line in stage.taken(stage.live, "answers.log"):
        who, asked, value = json.loads(line)
        given.setdefault((who, asked), []).append(value)
    return given


Found = list[tuple[int, list[tuple[str, int]], int]]
"""By task: who it is, its answers with their stages, and the score."""


def _wrong(one: FanOut, found: Found, recorded: dict[Key, list[int]], fresh: dict[Key, list[int]]) -> Iterator[str]:
    factor = 5 if one.edit == "grade" else 3
    for who, answers, score in found:
        if score != factor * sum(value for _, value in answers):
            yield f"task {who} with {answers} got the score {score}"
    if one.has_places:
        yield from _not_their_own(one, found, recorded, fresh)
    else:
        yield from _not_given(one, found, recorded, fresh)


def _not_their_own(
    one: FanOut, found: Found, recorded: dict[Key, list[int]], fresh: dict[Key, list[int]]
) -> Iterator[str]:
    """Every task has its own recorded answers, in their order; only a task that is new has asked."""
    for who, answers, _ in found:
        got: dict[Key, list[int]] = {}
        for stage, value in answers:
            got.setdefault((who, stage), []).append(value)
        for key, values in got.items():
            own = (recorded if who < one.tasks else fresh).get(key)
            if values != own and not (who >= one.tasks and _is_the_only_answer(one, key, values, recorded)):
                yield f"{key} got {values}, its own were {own}"
    again = [key for key in fresh if key[0] < one.tasks]
    if again:
        yield f"asked again: {again}"


def _is_the_only_answer(one: FanOut, key: Key, values: list[int], recorded: dict[Key, list[int]]) -> bool:
    """Whether no equal question ever had another answer than *values*: then it may be given again."""
    who, stage = key
    kinds = one.kinds if stage == "ask" else 1
    equal = [own for (other, asked), own in recorded.items() if asked == stage and (who - other) % kinds == 0]
    return {value for own in equal for value in own} == set(values)


def _not_given(
    one: FanOut, found: Found, recorded: dict[Key, list[int]], fresh: dict[Key, list[int]]
) -> Iterator[str]:
    """Tasks that changed places may change answers, where their questions were equal; each answer is for one task."""
    given = {value for values in (*recorded.values(), *fresh.values()) for value in values}
    got = [value for _, answers, _ in found for _, value in answers]
    if len(set(got)) < len(got) and one.edit != "one more task":  # which may get the only answer there is
        yield f"an answer was given twice: {found}"
    if not given.issuperset(got):
        yield f"{set(got) - given} was never given"
