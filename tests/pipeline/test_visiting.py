"""A door to a job under way: one visitor after the other, and nobody waits for ever."""

import threading
import time

from assistant.pipeline.visiting import Door


def test_visitors_are_let_in_one_after_the_other() -> None:
    door, inside, most, guard, waiting = Door(), 0, 0, threading.Lock(), threading.Barrier(7)
    entered: list[bool] = []

    def visit() -> None:
        nonlocal inside, most
        waiting.wait()
        with door.visit(30) as let_in:
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with guard:
                inside -= 1
            entered.append(let_in)

    threads = [threading.Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    waiting.wait()
    while len(entered) < 6:
        door.let_in()
        time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert (entered, most) == ([True] * 6, 1)


def test_who_finds_no_pause_or_no_turn_is_told_so() -> None:
    door = Door()
    with door.visit(0.01) as let_in:
        assert not let_in
    arrived, leave, told = threading.Event(), threading.Event(), list[bool]()

    def stay() -> None:
        with door.visit(30) as inside:
            assert inside
            arrived.set()
            leave.wait(30)

    threads = [threading.Thread(target=stay)]
    threads[0].start()
    while not arrived.is_set():
        threads.append(threading.Thread(target=door.let_in))
        threads[-1].start()
        arrived.wait(0.05)
    with door.visit(0.01) as let_in:
        told.append(let_in)
    leave.set()
    for thread in threads:
        thread.join()
    assert told == [False]


def test_a_closed_door_lets_nobody_in_and_keeps_nobody_waiting() -> None:
    door = Door()
    door.close()
    with door.visit(60) as let_in:
        assert not let_in
