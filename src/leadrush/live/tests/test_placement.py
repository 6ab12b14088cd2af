"""Where rooms are opened and where people watch: whatever the machines are like, nobody is sent in vain."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadrush.live.placement import Load, for_room, for_watcher

ADDRESSES = st.sampled_from(["127.0.0.1", "10.0.0.1", "10.0.0.2"])
MACHINES = st.lists(
    st.builds(
        Load,
        name=st.sampled_from(["here", "one", "two", "three"]),
        places=st.integers(0, 5),
        watch=st.integers(0, 6),
        publish=st.integers(0, 3),
        takes=st.booleans(),
        answers=st.booleans(),
        records=st.booleans(),
        rtp=ADDRESSES,
    ),
    max_size=4,
    unique_by=lambda one: one.name,
)


@given(MACHINES, st.booleans())
def test_a_room_is_opened_where_it_can_be_carried_and_recorded_and_nowhere_else(
    machines: list[Load], recorded: bool
) -> None:
    by_name = {one.name: one for one in machines}
    fit = [one for one in machines if one.takes and one.answers and (one.records or not recorded)]
    chosen = for_room(machines, recorded=recorded)
    assert (chosen is None) == (not fit)
    if chosen is None:
        return
    assert by_name[chosen] in fit
    rivals = [one for one in fit if one.records] or fit
    assert by_name[chosen] in rivals, "it may be recorded later"
    shares = [(one.watch + one.publish) / one.places for one in rivals if one.places]
    if shares:
        mine = by_name[chosen]
        assert (mine.watch + mine.publish) / mine.places == min(shares)


@given(MACHINES, st.booleans(), st.randoms())
def test_processes_that_see_the_same_decide_the_same(
    machines: list[Load], recorded: bool, lot: object
) -> None:
    turned = list(machines)
    lot.shuffle(turned)  # type: ignore[attr-defined]
    assert for_room(machines, recorded=recorded) == for_room(turned, recorded=recorded)
    for one in machines:
        assert for_watcher(machines, home=one.name) == for_watcher(turned, home=one.name)


@given(MACHINES)
def test_nobody_watches_elsewhere_while_there_is_place_and_nobody_gets_hls_while_there_is_some_elsewhere(
    machines: list[Load],
) -> None:
    by_name = {one.name: one for one in machines}
    for home in machines:
        chosen = for_watcher(machines, home=home.name)
        if home.watch < home.places:
            assert chosen == home.name
            continue
        fit = [
            one
            for one in machines
            if one.takes
            and one.answers
            and one.watch < one.places
            and (one.rtp != "127.0.0.1" or home.rtp == "127.0.0.1")
        ]
        assert (chosen is None) == (not fit)
        if chosen is not None:
            mine = by_name[chosen]
            assert mine in fit
            assert mine.watch / mine.places == min(one.watch / one.places for one in fit)
