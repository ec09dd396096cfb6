"""Case: all that was found out about one failure before anybody is blamed. Pure."""

import ast
import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from flight_recorder.diagnose.code import Code, code_of, header, name_of_call
from flight_recorder.diagnose.complaint import ABOUT_KEYS, Complained, Complaint, complaint_of
from flight_recorder.diagnose.crash import Crash
from flight_recorder.diagnose.flow import Tracer
from flight_recorder.diagnose.local import local_fault
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.scene import Scene, Suspected, leaves, scene_of, scene_of_line
from flight_recorder.diagnose.ways import Asked, Producer
from flight_recorder.diagnose.writers import word_of
from flight_recorder.diagnose.wrong import RESULT, Wrong, with_asker
from flight_recorder.model.failure import Frame
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step, is_place
from flight_recorder.model.value import Value


class Case(msgspec.Struct, frozen=True):
    """The crash, what the exception is about, the inputs it leads to, and where these came from.

    *guessed* are the producers of inputs that nothing ties to the exception: they may have nothing to do with it.
    *local* says why the fault is the failing step's own, whatever it was given; "" if nothing says so. *wrong* is set
    where nothing was raised: then the failing step is one that never was, and asked for what is wrong.
    """

    session: Session
    crash: Crash
    complained: Complained
    culprits: tuple[Asked, ...]
    tracer: Tracer
    guessed: frozenset[int]
    local: str
    code: Code | None = None
    wrong: Wrong | None = None

    @property
    def failed(self) -> Step:
        """The step that failed, or gave what is wrong."""
        return self.crash.step if self.wrong is None else self.wrong.step


def open_case(session: Session, crash: Crash) -> Case:
    """Look at the failing statement, and follow what it is about back through the session."""
    code = code_of(session, crash.step)
    complained = _complained(code, crash)
    tracer = Tracer(session)
    for each in complained.suspected:
        missing = complained.key if complained.complaint in ABOUT_KEYS else None
        tracer.follow_expression(crash.step, each, missing)
    if code is None:
        _follow_named(tracer, crash, complained)
    culprits = tracer.asked()
    tracer.run()
    _follow_hidden(session, crash, tracer)
    local = local_fault(crash.step, complained, tracer, culprits)
    found = frozenset(tracer.producers)
    if complained.complaint is not Complaint.OWN_CODE:
        followed = {asked.parameter for asked in culprits if asked.consumer.id == crash.step.id}
        for name, value in crash.step.inputs.items():
            if name not in followed:
                tracer.follow_input(Asked(crash.step, name, (), part_of(value), is_culprit=False))
        tracer.run()
    return Case(session, crash, complained, culprits, tracer, frozenset(tracer.producers) - found, local, code)


def open_wrong_case(session: Session, wrong: Wrong) -> Case:
    """Follow what is wrong in the output of a step back through the session."""
    asker = wrong.asker
    whole = with_asker(session, asker)
    assert asker.failure is not None
    crash = Crash(asker, asker.failure, asker.failure)
    tracer = Tracer(whole)
    culprits = tuple(Asked(asker, RESULT, each.path, each.part, missing=each.missing) for each in wrong.parts)
    for asked in culprits:
        tracer.arrive(Producer(wrong.step, asked, asked.path))
    tracer.run()
    _follow_hidden(whole, crash, tracer)
    complaint = Complaint.WRONG if wrong.missing is None else Complaint.MISSING_KEY
    return Case(
        whole, crash, Complained(complaint, (), wrong.missing), culprits, tracer, frozenset(), "", None, wrong
    )


def _follow_hidden(session: Session, crash: Crash, tracer: Tracer) -> None:
    """Follow what earlier failures were about, where a step on the way returned all the same: it may be the cause."""
    on_the_way = {*tracer.producers, *tracer.makers}
    for step in session.steps.values():
        failure = step.failure
        if failure is None or failure.origin is not None or step.parent not in on_the_way:
            continue
        if step.id != crash.step.id and isinstance(session.steps[step.parent].outcome, Returned):
            code = code_of(session, step)
            for each in _complained(code, Crash(step, failure, failure)).suspected:
                tracer.follow_expression(step, each, is_culprit=False)
    tracer.run()


def _complained(code: Code | None, crash: Crash) -> Complained:
    """What the exception is about, in terms of the failing step's own function."""
    frames = [frame for frame in crash.root.frames if frame.is_project or (code is not None and code.owns(frame))]
    if not frames:
        return Complained(Complaint.ARGUMENT, ())
    own = [frame for frame in frames if code is not None and code.owns(frame)]
    outer = {word_of(name): value for name, value in crash.step.inputs.items() if is_place(name)}
    innermost = _scene(code, frames[-1], _below(crash, frames[-1]), outer)
    if innermost is None:
        return Complained(Complaint.ARGUMENT, ())
    complained = complaint_of(crash.root, innermost)
    if not own or own[-1] is frames[-1] or code is None:
        return complained
    scene = scene_of(code, own[-1], frames[frames.index(own[-1]) + 1], outer)
    return complained if scene is None else _handed_over(complained, innermost, scene)


def _scene(code: Code | None, frame: Frame, below: Frame | None, outer: Mapping[str, Value]) -> Scene | None:
    scene = scene_of(code, frame, below, outer) if code is not None and code.owns(frame) else None
    return scene or scene_of_line(frame, below, outer)


def _below(crash: Crash, frame: Frame) -> Frame | None:
    frames = crash.root.frames
    index = next(index for index, each in enumerate(frames) if each is frame)
    return frames[index + 1] if index + 1 < len(frames) else None


def _handed_over(complained: Complained, helper: Scene, scene: Scene) -> Complained:
    """Put a complaint of a helper function in terms of the call in the step's function that led to it.

    The arguments that hold what the helper failed on are suspected; all of them when none is seen to.
    """
    if complained.complaint is Complaint.OWN_CODE:
        return complained
    word = scene.called.function.rpartition(".")[2] if scene.called is not None else ""
    every = [node for root in header(scene.statement) for node in ast.walk(root)]
    called = [node for node in every if isinstance(node, ast.Call) and word and name_of_call(node) == word]
    arguments = [leaf for root in called or header(scene.statement) for leaf in leaves(root)]
    suspected = [Suspected(leaf, scene.value(leaf)) for leaf in arguments if getattr(leaf, "id", "") != word]
    bad = [each.part for each in complained.suspected if each.part is not None]
    roots = [part_of(value) for name, value in helper.frame.locals.items() if _is_read(name, complained)]
    for wanted in (bad, roots):
        holding = tuple(each for each in suspected if each.part is not None and _holds_any(each.part, wanted))
        if holding:
            return replace(complained, suspected=holding)
    return replace(complained, suspected=tuple(suspected))


def _is_read(name: str, complained: Complained) -> bool:
    return any(getattr(leaf, "id", "") == name for each in complained.suspected for leaf in _names(each))


def _names(each: Suspected) -> list[object]:
    return list(leaves(each.expression)) or [each.expression]


def _holds_any(whole: Part, wanted: list[Part]) -> bool:
    return any(whole.data == part.data or (part.is_telling and whole.places_of(part)) for part in wanted)


def _follow_named(tracer: Tracer, crash: Crash, complained: Complained) -> None:
    """Without the function's text: the inputs that the failing line names, or that hold what it failed on."""
    frames = [frame for frame in crash.root.frames if frame.is_project]
    named = set(re.findall(r"\w+", frames[-1].source)) if frames else set()
    bad = [each.part for each in complained.suspected if each.part is not None]
    for name, value in crash.step.inputs.items():
        whole = part_of(value)
        places = [place for part in bad for place in whole.places_of(part)[:1]]
        if places or name in named:
            path = places[0] if places else ()
            tracer.follow_input(Asked(crash.step, name, path, whole.at(path) or whole))
