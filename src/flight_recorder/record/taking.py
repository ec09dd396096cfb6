"""Taking: a generator's items, taken one by one for the consumer who holds another generator in its place.

Whatever the consumer puts in is handed on, also what closes the stream: a body may refuse, return or raise, and the
consumer sees just that. No frame here keeps an exception that passes: it would keep the frame in turn.
"""

import sys
from collections.abc import Awaitable
from time import perf_counter_ns
from typing import Any, Final
from weakref import ref

from flight_recorder.record.context import current, leave
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.passing import Passing


class _End:
    def __reduce__(self) -> str:
        return "END"  # the one of its module: what is sent to another process asks for that


END: Final = _End()
"""Given in place of an item when there is none any more."""


class Taking:
    """Takes from *inner*, outside any session. *sent* and *thrown* are what the consumer puts in next."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.sent: Any = None
        self.thrown: BaseException | None = None
        self._result: Any = None
        self._has_begun = False

    def resume(self) -> Any:
        """Return the next item of a generator, or END; raises what its body raises."""
        sent, thrown = self._put_in()
        try:
            if thrown is not None:
                return self.inner.throw(thrown)
            return next(self.inner) if sent is None else self.inner.send(sent)
        except StopIteration as stop:
            self._result = stop.value
            return END
        finally:
            thrown = None

    async def aresume(self) -> Any:
        """Return the next item of an async generator, or END; raises what its body raises."""
        try:
            return await self._asked()
        except StopAsyncIteration:
            return END

    def result(self) -> Any:
        """Return what the generator returned, once."""
        result, self._result = self._result, None
        return result

    def _put_in(self) -> tuple[Any, BaseException | None]:
        put_in = self.sent, self.thrown
        self.sent = self.thrown = None
        return put_in

    def _asked(self) -> Awaitable[Any]:
        sent, thrown = self._put_in()
        if thrown is not None:
            return self.inner.athrow(thrown)  # type: ignore[no-any-return]  # the program's generator
        if self._has_begun:
            return self.inner.asend(sent)  # type: ignore[no-any-return]
        self._has_begun = True
        # The event loop closes the generators that it has seen begin. It sees the consumer's, which closes this one;
        # closing both at once is an error.
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        try:
            return self.inner.asend(None)  # type: ignore[no-any-return]
        finally:
            sys.set_asyncgen_hooks(*hooks)


class RecordedTaking(Taking):
    """Takes from *inner* as the step *opened*, and writes down what passes."""

    def __init__(self, opened: OpenStep, inner: Any, *, is_async: bool) -> None:
        super().__init__(inner)
        self.opened = opened
        self.is_async = is_async
        self.passing = Passing(opened, is_async=is_async)
        self._is_waiting = True  # for the consumer, who may never come back
        self._consumer: object = None
        opened.recording.streams[opened.id] = self._leave_open

    def resume(self) -> Any:
        """Return the next item of a generator, or END; raises what its body raises."""
        opened = self.opened  # by this name, record.failing tells through which steps an exception came
        is_closing = self._enter()
        token = current.set(opened)
        began_ns = opened.recording.allowance.clock()
        try:
            item = super().resume()
        except BaseException as error:
            self._ran(began_ns)
            self._failed(error, is_closing=is_closing)
            raise
        finally:
            leave(token)
        self._ran(began_ns)
        return self._passed(item, is_closing=is_closing)

    async def aresume(self) -> Any:
        """Return the next item of an async generator, or END; raises what its body raises."""
        opened = self.opened  # as above
        is_closing = self._enter()
        token = current.set(opened)
        began_ns = opened.recording.allowance.clock()
        try:
            item = await super().aresume()
        except BaseException as error:
            self._ran(began_ns)
            self._failed(error, is_closing=is_closing)
            raise
        finally:
            leave(token)
        self._ran(began_ns)
        return self._passed(item, is_closing=is_closing)

    def watch(self, generator: Any) -> None:
        """Note it when *generator*, the consumer's, is thrown away before anything was asked of it."""

        def gone(_reference: object) -> None:
            if self.opened.id in self.opened.recording.streams:
                self._forget()
                self.opened.closed()

        self._consumer = ref(generator, gone)

    def _enter(self) -> bool:
        """Write down what is put in; return whether it closes the stream, which is not written before it is known."""
        self._is_waiting = False
        self._consumer = None
        asked_ns = perf_counter_ns()
        self.passing.came_back()
        self.opened.recording.allowance.pay(self.opened, perf_counter_ns() - asked_ns, 0)
        if self.thrown is not None:
            if type(self.thrown) is GeneratorExit:
                return True
            self.passing.thrown(self.thrown)
        elif self.sent is not None:
            self.passing.sent(self.sent)
        return False

    def _passed(self, item: Any, *, is_closing: bool) -> Any:
        if item is END:
            self._forget()
            self.passing.end(self._result)
            if is_closing:
                self.opened.closed_with(self._result)
            else:
                self.opened.returned(self._result)
            return END
        if is_closing:
            self.passing.thrown(GeneratorExit())
        began_ns = perf_counter_ns()
        self.passing.gave(item)
        size = len(self.passing.last.data)
        self.opened.recording.allowance.pay(self.opened, perf_counter_ns() - began_ns, size)
        self._is_waiting = True
        return item

    def _failed(self, error: BaseException, *, is_closing: bool) -> None:
        self._forget()
        self.passing.end()
        if is_closing and isinstance(error, GeneratorExit):
            self.opened.closed()
            return
        if is_closing:
            self.passing.thrown(GeneratorExit())
        self.opened.raised(error)

    def _ran(self, began_ns: int) -> None:
        """Note that the body ran from *began_ns* until now."""
        self.opened.own_ns = (self.opened.own_ns or 0) + self.opened.recording.allowance.clock() - began_ns

    def _leave_open(self) -> None:
        if self._is_waiting:
            self.passing.end()
            self.opened.closed(was_left=True)

    def _forget(self) -> None:
        self.opened.recording.streams.pop(self.opened.id, None)
