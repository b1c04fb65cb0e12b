"""The byte cache: what it keeps, for how long, and what it never gives."""

from hypothesis import given
from hypothesis import strategies as st

from poca_kg.front.cache import ByteCache, KeptAnswer


def answer(size: int = 10) -> KeptAnswer:
    return KeptAnswer((("Content-Type", "text/csv"),), b"x" * size, 'W/"a"')


def cache_of(most_bytes: int, version: str = "v1") -> ByteCache:
    cache = ByteCache(most_bytes)
    cache.turn_to(version)
    return cache


def test_an_answer_is_found_under_its_version_and_request_alone():
    cache, kept = cache_of(100_000), answer()
    cache.keep("v1", "q", kept)
    assert cache.find("v1", "q") is kept
    assert cache.find("v1", "other") is None


def test_another_version_empties_the_cache():
    cache = cache_of(100_000)
    cache.keep("v1", "q", answer())
    assert cache.find("v2", "q") is None
    assert (len(cache), cache.bytes) == (0, 0)
    assert cache.find("v1", "q") is None


def test_an_answer_from_an_older_version_is_not_kept():
    cache = cache_of(100_000, "v2")
    cache.keep("v1", "q", answer())
    assert cache.find("v2", "q") is None


def test_an_answer_that_would_take_more_than_a_quarter_is_not_kept():
    cache = cache_of(40_000)
    cache.keep("v1", "large", answer(10_001))
    cache.keep("v1", "small", answer(5_000))
    assert cache.find("v1", "large") is None
    assert cache.find("v1", "small")


def test_nothing_is_kept_in_no_room():
    cache = cache_of(0)
    cache.keep("v1", "q", answer())
    assert cache.find("v1", "q") is None


def test_what_is_asked_again_outlives_a_crowd_that_nobody_repeats():
    cache = cache_of(50_000)
    cache.keep("v1", "popular", answer())
    cache.find("v1", "popular")
    for number in range(1000):
        cache.keep("v1", number, answer(500))
    assert cache.find("v1", "popular")
    assert cache.bytes <= 50_000


def test_a_packed_body_counts():
    cache, kept = cache_of(100_000), answer()
    cache.keep("v1", "q", kept)
    before = cache.bytes
    cache.keep_packed("q", kept, "gzip", b"y" * 100)
    assert cache.bytes == before + 100
    assert cache.find("v1", "q").packed == {"gzip": b"y" * 100}


def test_a_body_that_two_packed_at_the_same_time_counts_once():
    cache, kept = cache_of(100_000), answer()
    cache.keep("v1", "q", kept)
    for _ in range(2):
        cache.keep_packed("q", kept, "gzip", b"y" * 100)
    assert cache.bytes == kept.size


def test_a_packed_body_of_an_answer_that_is_gone_does_not_count():
    cache, kept = cache_of(100_000), answer()
    cache.keep_packed("q", kept, "gzip", b"y" * 100)
    assert cache.bytes == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["keep", "find", "pack", "turn"]), st.integers(0, 12), st.integers(0, 6000)),
    max_size=120,
)


@given(STEPS)
def test_it_never_holds_more_than_it_may_and_counts_what_it_holds(steps):
    cache = cache_of(20_000)
    held: dict[int, KeptAnswer] = {}
    for what, key, size in steps:
        if what == "keep":
            held[key] = answer(size)
            cache.keep(cache.version, key, held[key])
        elif what == "find":
            cache.find(cache.version, key)
        elif what == "pack" and key in held:
            cache.keep_packed(key, held[key], f"coding-{size}", b"z" * size)
        elif what == "turn":
            cache.turn_to(f"v{size}")
        assert 0 <= cache.bytes <= 20_000
    found = [cache.find(cache.version, key) for key in range(13)]
    assert sum(one.size for one in found if one is not None) == cache.bytes
    assert sum(one is not None for one in found) == len(cache)
