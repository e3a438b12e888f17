"""CloudFormation resource types: the shape of a handler, and how handlers join the emulator's own.

A ``Handler`` implements a type that the stock emulator refuses. An ``Extension`` completes a type
whose properties it drops or whose refusals it lacks. Both run on a worker thread, because they call
the gateway back over HTTPS. What an extension wraps still runs on the event loop, since the stock
code relies on not being interrupted.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
from collections.abc import Callable
from typing import Any, ClassVar

import ministack.app as ministack_app
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudformation.stacks as stacks

from .gateway import Json

logger = logging.getLogger("emulator.resources")

Resource = tuple[str, Json]
"""Physical id (what ``Ref`` returns) and the attributes that ``Fn::GetAtt`` returns."""

_worker_types: set[str] = set()


class Refused(Exception):
    """What AWS would refuse. The text becomes the resource's status reason."""


class Handler:
    """A resource type with create, in-place update and delete.

    ``create_only`` names the properties whose change replaces the resource ("Update requires:
    Replacement" in the type's reference page); ``tags`` names the property that takes stack tags.
    """

    type_name: ClassVar[str]
    create_only: ClassVar[tuple[str, ...]] = ()
    tags: ClassVar[str | None] = None

    def create(self, logical_id: str, props: Json, stack_name: str) -> Resource:
        """Create the resource."""
        raise NotImplementedError

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str) -> Resource:
        """Update in place. Only reached when no create-only property changed."""
        raise Refused(f"{self.type_name} does not support updates of {sorted(changed(old, new))} in place.")

    def delete(self, physical_id: str, props: Json) -> None:
        """Delete the resource. Deleting what is already gone is not an error."""
        raise NotImplementedError


class Extension:
    """What a stock type leaves out.

    ``check`` refuses before anything is created; ``apply`` runs after create (``old`` is None) and
    after update, and may add attributes; ``check_delete`` refuses a delete; ``deleted`` runs after it.
    """

    type_name: ClassVar[str]
    tags: ClassVar[str | None] = None

    def check(self, props: Json, old: Json | None) -> None:
        """Raise Refused when AWS would not accept these properties."""

    def prepare(self, props: Json) -> Json:
        """The properties handed to the stock handler."""
        return props

    def apply(self, physical_id: str, props: Json, old: Json | None, stack_name: str) -> Json:
        """Apply the missing properties. Returns additional attributes."""
        return {}

    def check_delete(self, physical_id: str, props: Json) -> None:
        """Raise Refused when AWS would not delete the resource."""

    def deleted(self, physical_id: str, props: Json) -> None:
        """Remove what the stock handler leaves behind."""


def changed(old: Json, new: Json) -> set[str]:
    """Names of the properties that differ."""
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def physical_name(stack_name: str, logical_id: str, limit: int = 63) -> str:
    """A generated name, stable over updates as on AWS."""
    return str(provisioners._physical_name(stack_name, logical_id, lowercase=True, max_len=limit))


def on_event_loop(function: Callable[..., Any], *args: Any) -> Any:
    """Run stock code on the event loop from a worker thread and return its result."""
    loop: asyncio.AbstractEventLoop | None = ministack_app._MAIN_LOOP
    if loop is None or loop.is_closed():
        return function(*args)
    context = contextvars.copy_context()
    done: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def run() -> None:
        try:
            done.set_result(context.run(function, *args))
        except BaseException as error:  # handed to the waiting thread, whatever it is
            done.set_exception(error)

    loop.call_soon_threadsafe(run)
    result = done.result()
    # A generated bucket name leaves its seed in the context; the stack engine reads it in ours.
    seed = provisioners._NAME_SEED
    if context.get(seed, seed.get()) != seed.get():
        seed.set(context[seed])
    return result


def register(handler: Handler) -> None:
    """Add a resource type, or replace the stock handler of that type."""
    name = handler.type_name
    _worker_types.add(name)
    provisioners._RESOURCE_HANDLERS[name] = {
        "create": handler.create,
        "update": handler.update,
        "delete": handler.delete,
    }
    provisioners._REPLACING_PROPERTIES[name] = handler.create_only
    if handler.tags:
        provisioners._STACK_TAG_PROPERTY[name] = (handler.tags, "list")


def extend(extension: Extension) -> None:
    """Complete a stock type."""
    name = extension.type_name
    stock = provisioners._RESOURCE_HANDLERS[name]
    stock_create, stock_update = stock["create"], stock.get("update")
    stock_delete = stock.get("delete")
    update_takes_logical_id = bool(stock.get("update_with_logical_id"))
    delete_takes_logical_id = bool(stock.get("delete_with_logical_id"))

    def delete_stock(physical_id: str, props: Json, logical_id: str | None) -> None:
        if stock_delete is not None:
            extra = (logical_id,) if delete_takes_logical_id else ()
            on_event_loop(stock_delete, physical_id, props, *extra)

    def create(logical_id: str, props: Json, stack_name: str) -> Resource:
        extension.check(props, None)
        physical_id, attributes = on_event_loop(stock_create, logical_id, extension.prepare(props), stack_name)
        try:
            return physical_id, {**attributes, **extension.apply(physical_id, props, None, stack_name)}
        except Exception:
            # The stack engine only rolls back what a create handler returned.
            delete_stock(physical_id, props, logical_id)
            extension.deleted(physical_id, props)
            raise

    def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str | None = None) -> Resource:
        extension.check(new, old)
        prepared = extension.prepare(new)
        if stock_update is None:
            new_id, attributes = on_event_loop(stock_create, logical_id or physical_id, prepared, stack_name)
        else:
            extra = (logical_id,) if update_takes_logical_id else ()
            before = extension.prepare(old)
            new_id, attributes = on_event_loop(stock_update, physical_id, before, prepared, stack_name, *extra)
        previous = old if new_id == physical_id else None
        return new_id, {**attributes, **extension.apply(new_id, new, previous, stack_name)}

    def delete(physical_id: str, props: Json, logical_id: str | None = None) -> None:
        extension.check_delete(physical_id, props)
        delete_stock(physical_id, props, logical_id)
        extension.deleted(physical_id, props)

    _worker_types.add(name)
    provisioners._RESOURCE_HANDLERS[name] = {
        **stock,
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "delete_with_logical_id": True,
    }
    if extension.tags:
        provisioners._STACK_TAG_PROPERTY.setdefault(name, (extension.tags, "list"))


def install() -> None:
    """Send the registered types to worker threads."""
    stock_runs_on_worker = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda name: name in _worker_types or stock_runs_on_worker(name)
