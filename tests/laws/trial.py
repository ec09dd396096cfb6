"""Trial: one program, recorded, edited and replayed in real processes; what happened held against the oracle."""

import json
import re
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from flight_recorder.model.judgement import Decision
from flight_recorder.model.session import Session
from flight_recorder.record.opening import new_session_id
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import has_session, load_session
from flight_recorder.store.sessions import last_session_id
from tests.laws.edits import Edit
from tests.laws.kit_source import KIT
from tests.laws.model import Feature, Program, kinds_of
from tests.laws.oracle import Expected, Known, ending, expected, printed
from tests.laws.processes import GO, Done, Servers, scratch_folder
from tests.laws.render import SCRIPT, about, render, versions
from tests.laws.trace import Earlier, Made, Trace, from_json

MOVED = "moved helper"  # where every function is a step, it has another name then
CONCURRENT = {Feature.ASYNC, Feature.THREADS}
FANNING = {"gather", "TaskGroup", "as_completed", "wait", "to_thread", "thread pool", "thread"}  # of `kinds_of`


@dataclass(frozen=True, slots=True)
class Move:
    """One replay: of the session number *session* (0 is the recording), under the program number *program*."""

    law: str
    program: int
    session: int
    forced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried: a program, the programs that edits make of it, and the replays."""

    programs: tuple[Program, ...]
    edits: tuple[Edit, ...]
    moves: tuple[Move, ...]
    schedule: int | None = None  # of the recording's event loop, if shuffled; each replay has the next one
    is_traced: bool = False  # nothing is decorated: every function of the program is a step


@dataclass(frozen=True, slots=True)
class Problem:
    """A law that did not hold. *kind* is "wrong", "stale", "needless", "dishonest", "incomplete" or "opaque"."""

    kind: str
    law: str
    text: str


@dataclass(slots=True)
class Outcome:
    """What came of a trial."""

    problems: list[Problem] = field(default_factory=list)
    replays: int = 0
    executed: int = 0
    minimum: int = 0
    free: int = 0  # calls that ran and might have been served: see `Expected`
    served: int = 0
    is_pure: bool = True
    laws: Counter[str] = field(default_factory=Counter)
    features: set[str] = field(default_factory=set)  # that the recorded run really used
    reasons: Counter[str] = field(default_factory=Counter)
    is_failing: bool = False  # the recorded run


class Stage:
    """The folders of one trial: `live`, where the engine records and replays, and `from_scratch`."""

    def __init__(self, folder: Path, servers: Servers, mutant: str = "") -> None:
        self.live = folder / "live"
        self.scratch = folder / "scratch"
        self.out = folder / "out"
        self._servers = servers
        self._mutant = mutant
        for one in (self.live, self.scratch, self.out):
            one.mkdir(parents=True)
        (self.live / "world.txt").write_text("1")

    def put(self, program: Program, folder: Path, *, is_undecorated: bool = False) -> None:
        """Write the files of *program* into *folder*."""
        for name, text in render(program, is_undecorated=is_undecorated).texts.items():
            (folder / name).write_text(text)
        self.put_kit(folder)

    def put_kit(self, folder: Path) -> None:
        """Write the file that every program imports into *folder*."""
        (folder / "kit.py").write_text(KIT)

    def record(self, schedule: int | None = None, *, is_traced: bool = False) -> tuple[Done, Session | None]:
        """Run the program with the engine, its event loop shuffled if *schedule* is given."""
        job = {
            "kind": "script",
            "script": str(self.live / SCRIPT),
            "cwd": str(self.live),
            "mutant": self._mutant,
            "schedule": schedule,
            "is_traced": is_traced,
        }
        done = self._checked(self._servers.recording.do(job, self.out))
        return done, self._session(None)

    def replay(
        self, session: Session, forced: frozenset[str], schedule: int | None = None
    ) -> tuple[Done, Session | None, dict[str, object]]:
        """Replay *session*; return also the plan that was made before."""
        id = new_session_id()
        answers, messages = self.out / "answers", self.out / "messages"
        request = {
            "home": str(self.live / ".flight-recorder"),
            "session": session.id,
            "replay": id,
            "forced": sorted(forced),
        }
        answers.write_text(f"{json.dumps(request)}\n{GO}")
        job = {
            "kind": "replay",
            "cwd": str(self.live),
            "answers": str(answers),
            "messages": str(messages),
            "mutant": self._mutant,
            "schedule": schedule,
        }
        done = self._checked(self._servers.replaying.do(job, self.out))
        said = [json.loads(line) for line in messages.read_text().splitlines()]
        plan = next((one["forecast"] for one in said if one["type"] == "plan"), {})
        error = next((one["error"] for one in said if one["type"] == "done"), "the process died")
        return replace(done, error=error), self._session(id), plan

    def from_scratch(
        self, program: Program, earlier: Earlier | None, schedule: int | None = None
    ) -> tuple[Done, Trace]:
        """Run *program* without the engine, in the world that the engine's run will find."""
        shutil.rmtree(self.scratch)
        self.scratch.mkdir()
        self.put(program, self.scratch)
        for path in self.live.iterdir():
            if path.name.startswith(("count-", "spent-", "world")):
                shutil.copy(path, self.scratch / path.name)
        told = self.out / "earlier.json"
        if earlier is not None:
            told.write_text(json.dumps(earlier.as_json()))
        trace = self.out / "trace.json"
        job = {
            "kind": "script",
            "script": str(self.scratch / SCRIPT),
            "cwd": str(self.scratch),
            "trace": str(trace),
            "schedule": schedule,
            "about": asdict(about(program)),
            "earlier": "" if earlier is None else str(told),
        }
        done = self._servers.recording.do(job, self.out)
        return done, from_json(json.loads(trace.read_text()))

    def taken(self, folder: Path, name: str) -> list[str]:
        """Return the lines of a log, which is then empty."""
        path = folder / name
        if not path.exists():
            return []
        lines = path.read_text().splitlines()
        path.unlink()
        return lines

    def _checked(self, done: Done) -> Done:
        """Return *done*. A mutant that makes the engine give up is no mutant: it would be found out by anything."""
        if self._mutant and "flight-recorder: recording is off" in done.stderr:
            raise RuntimeError(f"the mutant {self._mutant!r} does not do what it should:\n{done.stderr}")
        return done

    def _session(self, id: str | None) -> Session | None:
        home = self.live / ".flight-recorder"
        drain(home)
        with open_store(home, create=False) as store:
            found = id or last_session_id(store)
            return load_session(store, found) if found and has_session(store, found) else None


def try_case(case: Case, folder: Path, servers: Servers, mutant: str = "") -> Outcome:
    """Return what came of *case*, tried in *folder*."""
    return _Trial(case, Stage(folder, servers, mutant)).run()


class _Trial:
    def __init__(self, case: Case, stage: Stage) -> None:
        self._case = case
        self._stage = stage
        self._known: list[Known] = []
        self._sessions: list[Session] = []
        self._programs: list[Program] = []  # as each session found it
        every = {one.id: kinds_of(one) for program in case.programs for one in program.definitions}
        self._fanning = {id for id, kinds in every.items() if kinds & FANNING}
        self.outcome = Outcome()

    def run(self) -> Outcome:
        self._record()
        for move in self._case.moves:
            if self.outcome.problems or move.session >= len(self._sessions):
                break
            self._move(move)
        return self.outcome

    def _record(self) -> None:
        stage, program = self._stage, self._case.programs[0]
        scratch, trace = stage.from_scratch(program, None, self._case.schedule)
        scratch_effects = stage.taken(stage.scratch, "effects.log")
        is_traced = self._case.is_traced
        stage.put(program, stage.live, is_undecorated=is_traced)
        done, session = stage.record(self._case.schedule, is_traced=is_traced)
        assert session is not None, done.stderr
        ran, effects = stage.taken(stage.live, "ran.log"), stage.taken(stage.live, "effects.log")
        self.outcome.is_failing = done.status != 0
        is_exact = self._is_exact(trace)
        is_printed = not is_exact or self._lines(done.stdout) == self._lines(scratch.stdout)
        self._same_end("recording", done, scratch, is_printed)
        if is_exact and effects != scratch_effects:
            self._problem("wrong", "recording", f"effects {effects}, from scratch {scratch_effects}")
        if is_exact and Counter(ran) != Counter(one.name for one in trace.calls):
            self._problem("wrong", "recording", f"ran {ran}, from scratch {[one.name for one in trace.calls]}")
        self._known.append(Known(trace, versions(program)))
        self._sessions.append(session)
        self._programs.append(self._case.programs[0])
        used = [program[name] for name in {one.name for one in trace.calls}]
        self.outcome.features = {kind for one in used for kind in kinds_of(one)}
        self.outcome.is_pure = not any(one.is_impure for one in used)
        if is_exact and not is_traced:
            self._same_tree("recording", session, trace)

    def _move(self, move: Move) -> None:
        stage, program = self._stage, self._case.programs[move.program]
        old = self._known[move.session]
        now = versions(program)
        stale = [name for name, version in old.versions.items() if now.get(name) != version]
        stale += move.forced
        ended = sorted(ending(old.trace).raised)
        relatives = [known.trace.calls for known in self._known[::-1] if known is not old]
        schedule = None if self._case.schedule is None else self._case.schedule + self.outcome.replays + 1
        earlier = Earlier(old.trace.calls, relatives, stale, ended)
        scratch, trace = stage.from_scratch(program, earlier, schedule)
        scratch_effects = stage.taken(stage.scratch, "effects.log")
        new = Known(trace, now)
        stage.put(program, stage.live, is_undecorated=self._case.is_traced)
        done, session, plan = stage.replay(self._sessions[move.session], move.forced, schedule)
        ran, effects = stage.taken(stage.live, "ran.log"), stage.taken(stage.live, "effects.log")
        wanted = expected(old, new, move.forced)
        is_exact = self._is_exact(trace) and self._is_alike(self._sessions[move.session], old.trace)
        self._compare(move.law, wanted, Counter(ran), is_exact=is_exact)
        self._same_end(move.law, done, scratch, not is_exact or self._is_printed(done, wanted, new.trace))
        if is_exact and effects != scratch_effects:
            self._problem("wrong", move.law, f"effects {effects}, expected {scratch_effects}")
        if session is None or session.root is None:
            self._problem("wrong", move.law, f"no session: {done.stderr[-600:]}")
            return
        self._explained(move.law, session)
        if self._is_planned_for(program, self._programs[move.session]) and not self._case.is_traced:
            self._honest(move.law, plan, ran, is_lower_bound=is_exact and not stale)
        if is_exact and not wanted.free and not self._case.is_traced:
            self._same_tree(move.law, session, trace)
        self._known.append(new)
        self._sessions.append(session)
        self._programs.append(program)

    # --- the laws ---

    def _compare(self, law: str, wanted: Expected, ran: Counter[str], *, is_exact: bool) -> None:
        outcome = self.outcome
        outcome.replays += 1
        outcome.laws[law] += 1
        if not is_exact:
            return
        free = ran - wanted.executed & wanted.free
        outcome.executed += (ran - free).total()
        outcome.minimum += wanted.executed.total()
        outcome.free += free.total()
        outcome.served += wanted.served.total()
        missing = wanted.executed - ran
        needless = ran - wanted.executed - wanted.free
        if missing:
            self._problem("stale", law, f"served, though they had to run: {dict(missing)}; ran {dict(ran)}")
        is_renamed = self._case.is_traced and any(one.kind == MOVED for one in self._case.edits)
        if needless and not is_renamed:
            self._problem("needless", law, f"ran without need: {dict(needless)}; needed {dict(wanted.executed)}")

    def _same_end(self, law: str, done: Done, scratch: Done, is_printed: bool) -> None:
        if (done.status, _uncounted(done.error)) != (scratch.status, _uncounted(scratch.error)):
            self._problem(
                "wrong",
                law,
                f"ended with {done.status} {done.error}, from scratch {scratch.status} {scratch.error}"
                f"\n{done.stderr[-1500:]}",
            )
        elif not is_printed:
            self._problem("wrong", law, f"printed\n{done.stdout}from scratch\n{scratch.stdout}")
        elif "flight-recorder: " in done.stderr:
            self._problem("wrong", law, done.stderr[-1500:])

    def _is_printed(self, done: Done, wanted: Expected, trace: Trace) -> bool:
        """Whether what must be printed was, and nothing else; lines of steps that may be served may be missing."""
        lines, found = self._lines("".join(printed(trace, wanted))), self._lines(done.stdout)
        if not wanted.free:
            return found == lines
        return not Counter(lines) - Counter(found)

    def _lines(self, text: str) -> list[str]:
        """Return the lines of *text*, in an order of their own where tasks and threads print."""
        return sorted(text.splitlines()) if self._is_concurrent() else text.splitlines()

    def _same_tree(self, law: str, session: Session, trace: Trace) -> None:
        """The session holds what happened: which step called which, and how each ended."""
        recorded, real = self._trees(session, trace)
        if recorded != real:
            self._problem("incomplete", law, f"the session holds {recorded}\nfrom scratch {real}")

    def _trees(self, session: Session, trace: Trace) -> tuple[object, object]:
        streams = {one.id for one in self._case.programs[0].definitions if one.is_stream}
        return _tree_of_session(session, streams), _tree_of_trace(trace, streams)

    def _explained(self, law: str, session: Session) -> None:
        for step in session.steps.values():
            judgement = step.judgement
            if judgement is None or (judgement.decision is Decision.RERUN and not judgement.reason):
                self._problem("unexplained", law, f"{step.name} has no reason")
            elif judgement.reason:
                self.outcome.reasons[judgement.reason] += 1

    def _honest(self, law: str, plan: dict[str, object], ran: list[str], *, is_lower_bound: bool) -> None:
        if not plan:
            self._problem("dishonest", law, "there was no plan")
        elif is_lower_bound and _planned(plan) - Counter(ran):
            self._problem("dishonest", law, f"planned {_planned(plan)}, ran only {ran}")
        elif not plan["is_at_least"] and Counter(ran) != _planned(plan):
            self._problem("dishonest", law, f"planned {_planned(plan)}, ran {ran}")

    def _is_planned_for(self, program: Program, old: Program) -> bool:
        """Whether steps find what they found when they were recorded: what they are given, no plan looks at."""
        if about(old).touched != about(program).touched:
            return False
        states = ([one for one in each.definitions if one.is_state] for each in (old, program))
        return old.argument == program.argument and next(states) == next(states)

    def _is_exact(self, trace: Trace) -> bool:
        """Whether no failure cut tasks or threads short: how far they had come by then is up to chance."""
        if not self._is_concurrent():
            return True
        raised = [one for one in trace.calls if one.outcome != "returned"]
        callers = [trace.calls[one.parent] for one in raised if one.parent is not None]
        return trace.calls[0].outcome == "returned" and self._fanning.isdisjoint(one.name for one in raised + callers)

    def _is_alike(self, session: Session, trace: Trace) -> bool:
        """Whether a session that failed holds what *trace* does: how far the others were by then is up to chance."""
        if self._is_exact(trace):
            return True
        recorded, real = self._trees(session, trace)
        return recorded == real

    def _is_concurrent(self) -> bool:
        return bool(self._case.programs[0].features & CONCURRENT)

    def _problem(self, kind: str, law: str, text: str) -> None:
        self.outcome.problems.append(Problem(kind, law, text))


def _uncounted(error: str) -> str:
    """Return *error* without the number of exceptions in a group: how many tasks failed in time is up to chance."""
    return re.sub(r"\(\d+ sub-exceptions?\)", "", error)


def _planned(plan: dict[str, object]) -> Counter[str]:
    lines = plan["planned"]
    assert isinstance(lines, list)
    return Counter(line["name"] for line in lines if line["decision"] == "rerun")


Tree = tuple[str, tuple["Tree", ...]]


def _tree_of_session(session: Session, streams: set[str]) -> Tree:
    root = session.root
    assert root is not None

    def of(step: object) -> Tree:
        outcome = type(step.outcome).__name__.lower()  # type: ignore[attr-defined]
        return (_shown(step.name, outcome, streams), tuple(sorted(of(child) for child in session.children(step))))  # type: ignore[attr-defined,arg-type]

    return of(root)


def _tree_of_trace(trace: Trace, streams: set[str]) -> Tree:
    children: dict[int | None, list[Made]] = {}
    for one in trace.calls:
        children.setdefault(one.parent, []).append(one)

    def of(made: Made) -> Tree:
        outcome = "unfinished" if made.outcome == "held" else made.outcome
        return (_shown(made.name, outcome, streams), tuple(sorted(of(child) for child in children.get(made.id, []))))

    return of(trace.calls[0])


def _shown(name: str, outcome: str, streams: set[str]) -> str:
    """Return a step and how it ended. A stream that was left early ends whenever it is thrown away."""
    return name if name in streams else f"{name} {outcome}"


def tried(case: Case, servers: Servers, mutant: str = "") -> Outcome:
    """Return what came of *case*, tried in a folder of its own that is gone afterwards."""
    folder = scratch_folder(servers.scratch)
    try:
        return _Trial(case, Stage(folder, servers, mutant)).run()
    finally:
        shutil.rmtree(folder)
