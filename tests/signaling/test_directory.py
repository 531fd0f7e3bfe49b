from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from signaling.directory import Directory, fold, words
from signaling.protocol import Card, to_raw, to_text

NAMES = st.text(alphabet="abcäÄ -'", min_size=1, max_size=8).filter(str.strip)
PEOPLE = st.lists(st.tuples(st.integers(0, 9), NAMES), max_size=30)
QUERIES = st.text(alphabet="abcäÄA -'", max_size=6)
NOBODY = bytes(32)


def peer(number: int) -> bytes:
    return hashlib.sha256(bytes([number])).digest()


def card(number: int, name: str) -> Card:
    return Card(to_text(peer(number)), name, 0, to_text(bytes(64)))


def listed(*names: str) -> Directory:
    directory = Directory()
    for number, name in enumerate(names):
        directory.publish(card(number, name))
    return directory


def names(directory: Directory, query: str, limit: int = 50) -> list[str]:
    return [c.name for c in directory.search(query, limit, NOBODY)]


@given(PEOPLE, QUERIES)
def test_search_finds_what_reading_every_card_finds(
    people: list[tuple[int, str]], query: str
) -> None:
    directory, model = Directory(), dict[int, str]()
    for number, name in people:
        directory.publish(card(number, name))
        model[number] = name
    wanted = fold(query).split()
    expected = {
        number
        for number, name in model.items()
        if all(any(word.startswith(w) for word in words(name)) for w in wanted)
    }
    found = [to_raw(c.peer) for c in directory.search(query, 50, NOBODY)]
    assert sorted(found) == sorted(map(peer, expected))


@given(PEOPLE, st.sets(st.integers(0, 9)))
def test_who_withdraws_leaves_no_trace(people: list[tuple[int, str]], gone: set[int]) -> None:
    directory = Directory()
    for number, name in people:
        directory.publish(card(number, name))
    for number in gone:
        directory.withdraw(peer(number))
    left = {number for number, _ in people} - gone
    assert len(directory) == len(left)
    assert all((peer(n) in directory) is (n in left) for n in range(10))
    found = {
        to_raw(c.peer) for query in ("", "a", "b", "c") for c in directory.search(query, 50, NOBODY)
    }
    assert found <= set(map(peer, left))
    for number in left:
        directory.withdraw(peer(number))
    assert directory._words == []
    assert directory._names == []


def test_case_and_composition_do_not_matter() -> None:
    directory = listed("Zoë Straße")
    for query in ("zoë", "ZOE\u0308", "strasse", "STRA", "\uff3aoë"):
        assert names(directory, query) == ["Zoë Straße"]


def test_any_word_counts_and_so_do_the_parts_of_joined_ones() -> None:
    directory = listed("Jean-Luc O'Brien", "Luca Rossi")
    assert sorted(names(directory, "luc")) == ["Jean-Luc O'Brien", "Luca Rossi"]
    assert names(directory, "jean-l") == ["Jean-Luc O'Brien"]
    assert names(directory, "o'b je") == ["Jean-Luc O'Brien"]
    assert names(directory, "brien ros") == []
    assert names(directory, "ean") == []


def test_an_empty_query_lists_all_by_name() -> None:
    directory = listed("Eve", "ana", "Bob", "🦊")
    assert names(directory, "  ") == ["ana", "Bob", "Eve", "🦊"]
    assert names(directory, "", 2) == ["ana", "Bob"]


def test_the_asker_is_left_out_and_the_limit_kept() -> None:
    directory = listed("Ana", "Anna", "Anne")
    found = directory.search("an", 2, peer(0))
    assert [c.name for c in found] == ["Anna", "Anne"]


def test_a_new_card_replaces_the_old() -> None:
    directory = listed("Ana")
    directory.publish(card(0, "Maria"))
    assert names(directory, "ana") == []
    assert names(directory, "mar") == ["Maria"]
