"""The parts of the sandbox, each alone."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.errors import (
    BusyError,
    FairShareError,
    FilePlace,
    InputError,
    LimitError,
    LockedError,
    NotConformingError,
    NotFoundError,
    QueryCancelledError,
    QueryCrashError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    ResultTooLargeError,
    StorageFullError,
    UnknownNameError,
    UsageError,
)
from poca_kg.sandbox.admission import Admission, Place
from poca_kg.sandbox.fairness import FairShare
from poca_kg.sandbox.frames import (
    BrokenFrameError,
    FrameReader,
    Kind,
    pack,
    pack_job,
    pack_whole,
    unpack_job,
    unpack_whole,
)
from poca_kg.sandbox.jobs import Cancellation
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.reports import error_of, report_of
from poca_kg.sandbox.spool import Spool


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


# Fair share


def test_a_share_is_used_up_and_grows_back_with_time() -> None:
    clock = Clock()
    share = FairShare(60.0, clock)
    for _ in range(6):
        share.take("one", 10.0)
    with pytest.raises(FairShareError) as caught:
        share.take("one", 10.0)
    assert (caught.value.limit, caught.value.retry_after) == (60.0, 1.0)
    clock.now += caught.value.retry_after
    share.take("one", 10.0)


def test_what_was_not_used_goes_back() -> None:
    share = FairShare(10.0, Clock())
    for _ in range(1000):
        share.take("one", 10.0)
        share.settle("one", 10.0, 0.001)
    share.take("one", 10.0)
    with pytest.raises(FairShareError):
        share.take("one", 10.0)


def test_clients_have_a_share_each_and_none_is_set_without_one() -> None:
    share = FairShare(1.0, Clock())
    share.take("one", 5.0)
    share.take("two", 5.0)
    none = FairShare(None, Clock())
    for _ in range(100):
        none.take("one", 60.0)


def test_clients_that_have_their_whole_share_are_forgotten() -> None:
    clock = Clock()
    share = FairShare(60.0, clock)
    for number in range(20_000):
        share.take(str(number), 1.0)
        share.settle(str(number), 1.0, 0.5)
        clock.now += 0.01
    assert len(share._levels) <= 10_001


# Admission


def enter(admission: Admission, patience_s: float = 0.0, **how: bool) -> Place:
    return admission.enter(patience_s, Cancellation(), **how)


def test_places_are_given_out_until_there_are_none() -> None:
    admission = Admission(Limits(workers=2, express=0))
    places = [enter(admission), enter(admission)]
    with pytest.raises(BusyError):
        enter(admission)
    admission.leave(places[0])
    assert enter(admission).is_regular


def test_the_express_lane_opens_only_when_nothing_has_finished_for_a_while() -> None:
    clock = Clock()
    admission = Admission(Limits(workers=1, express=1, stuck_s=0.25), clock)
    regular = enter(admission)
    with pytest.raises(BusyError):
        enter(admission)
    clock.now += 0.3
    with pytest.raises(BusyError):
        enter(admission, may_express=False)
    express = enter(admission)
    assert not express.is_regular
    with pytest.raises(BusyError):
        enter(admission)
    assert not admission.promote(express)
    admission.leave(regular)
    assert admission.promote(express)
    assert express.is_regular


def test_who_waits_is_served_in_order_of_arrival() -> None:
    admission = Admission(Limits(workers=1, express=0))
    first = enter(admission)
    order: list[int] = []
    threads = []
    for number in range(5):

        def wait(number: int = number) -> None:
            place = enter(admission, 5.0)
            order.append(number)
            admission.leave(place)

        threads.append(threading.Thread(target=wait))
        threads[-1].start()
        while admission.queued <= number:
            pass
    admission.leave(first)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert admission.queued == 0


def test_who_gives_up_while_waiting_leaves_the_queue() -> None:
    admission = Admission(Limits(workers=1, express=0))
    enter(admission)
    cancellation = Cancellation()
    threading.Timer(0.05, cancellation.cancel).start()
    with pytest.raises(QueryCancelledError):
        admission.enter(5.0, cancellation)
    assert admission.queued == 0


# Frames


@given(st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300))), st.integers(1, 50))
def test_frames_arrive_as_they_were_sent_however_they_are_cut(frames, step) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = b"".join(pack(kind, number, payload) for number, (kind, payload) in enumerate(frames))
        for start in range(0, len(data), step * 40):
            theirs.sendall(data[start : start + step * 40])
        theirs.shutdown(socket.SHUT_WR)
        reader = FrameReader(ours)
        for number, (kind, payload) in enumerate(frames):
            frame = reader.read(1.0)
            assert (frame.kind, frame.number, frame.payload) == (kind, number, payload)
        with pytest.raises(EOFError):
            reader.read(1.0)


@pytest.mark.parametrize("data", [b"\xff" * 9, b"\x03\0\0\0\0\xff\xff\xff\xff"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        with pytest.raises(BrokenFrameError):
            FrameReader(ours, most=1000).read(1.0)


def test_a_frame_that_comes_late_is_not_lost() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader, data = FrameReader(ours), pack(Kind.DATA, 1, b"abc")
        theirs.sendall(data[:10])
        with pytest.raises(TimeoutError):
            reader.read(0.01)
        with pytest.raises(TimeoutError):
            reader.read(-1.0)
        theirs.sendall(data[10:])
        assert reader.read(1.0).payload == b"abc"


@given(st.dictionaries(st.text(), st.text()), st.binary())
def test_a_job_is_unpacked_as_it_was_packed(header, body) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(pack_job(7, 1.5, json.dumps(header).encode(), body))
        assert unpack_job(FrameReader(ours).read(1.0).payload) == (1.5, header, body)


@given(st.text("abc/+", max_size=60), st.binary(), st.booleans())
def test_a_small_answer_is_unpacked_as_it_was_packed(media, body, leaves) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(pack_whole(7, media.encode(), body, leaves=leaves))
        frame = FrameReader(ours).read(1.0)
        assert (frame.kind, frame.number) == (Kind.WHOLE, 7)
        assert unpack_whole(frame.payload) == (leaves, media, body)


@pytest.mark.parametrize("payload", [b"", b"\0", b"\0\x05abcd"])
def test_what_is_no_small_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        unpack_whole(payload)


# Reports


@pytest.mark.parametrize(
    "error",
    [
        QuerySyntaxError("unexpected 'x'", line=3, column=9, advice="leave it out"),
        UnknownNameError("variable in the query", "subjet", ["subject", "object"]),
        InputError("does not parse", place=FilePlace("a.ttl", 3), advice="mend it"),
        InputError("does not parse"),
        UsageError("no", advice="yes"),
        RemoteAccessError("SERVICE"),
        NotFoundError("nothing"),
        QueryMemoryError("too much"),
        QueryTimeoutError("too long", advice="ask for less", limit=10.0, elapsed=10.5, retry_after=10.0),
        ResultTooLargeError("too large", limit=1000),
        QueryCrashError("broke down", retry_after=1.0),
        QueryCancelledError("given up"),
        BusyError("later", retry_after=2.0),
        FairShareError("enough", limit=60.0, retry_after=3.0),
        LockedError("process 7 writes here", advice="stop it"),
        StorageFullError("the disk is full"),
        NotConformingError("2 violations", report={"results": [{"path": "a", "count": 2}]}, advice="mend"),
    ],
)
def test_an_error_comes_back_as_it_went(error) -> None:
    again = error_of(report_of(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert {name: vars(again)[name] for name in vars(error)} == vars(error)


def test_an_error_of_another_kind_comes_back_as_the_nearest_above_it() -> None:
    class SlowError(LimitError):
        """A kind that does not pass."""

    assert type(error_of(report_of(SlowError("late", limit=1.0)))) is LimitError


@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.just(b'{"kind": "PocaError"}'), st.just(b'["a"]'))
)
def test_a_report_that_cannot_be_read_is_a_crash(data: bytes) -> None:
    assert isinstance(error_of(data), QueryCrashError)


# Spool


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=20), st.integers(0, 5000))
def test_a_spool_gives_back_what_it_took_to_every_reader(chunks, in_memory) -> None:
    spool = Spool(in_memory)
    for chunk in chunks:
        spool.append(chunk)
    spool.finish()
    assert b"".join(spool) == b"".join(spool) == b"".join(chunks)
    spool.close()


def test_who_must_not_wait_is_told_of_what_is_to_come() -> None:
    told: list[int] = []
    spool = Spool(4)
    spool.watch(lambda: told.append(spool.size))
    assert (told, spool.has_more(0), spool.peek(0)) == ([], False, b"")
    spool.append(b"abc")
    assert (told, spool.has_more(0), spool.peek(1)) == ([3], True, b"bc")
    assert not spool.has_more(3)
    spool.append(b"defg")
    assert (told, spool.has_more(3), spool.peek(3)) == ([3, 7], True, b"")  # it lies in the file
    assert spool.read(3) == b"defg"
    spool.finish(UsageError("broken"))
    assert (told, spool.has_more(7), spool.peek(0)) == ([3, 7, 7], True, b"")
    late: list[bool] = []
    spool.watch(lambda: late.append(spool.is_finished))
    assert late == [True]
    spool.close()


def test_a_reader_of_a_spool_waits_for_what_is_to_come_and_hears_of_a_failure() -> None:
    spool = Spool(10)
    pieces = iter(spool)
    spool.append(b"abc")
    assert next(pieces) == b"abc"
    threading.Timer(0.05, spool.finish, [UsageError("broken")]).start()
    with pytest.raises(UsageError, match="broken"):
        next(pieces)
    spool.close()
