from tests.reliability.run_long_list import PER_IDENTITY, measure


def test_a_pack_of_many_images_takes_little_memory() -> None:
    count = 300_000
    result = measure(count)
    assert result['images'] == count and count % PER_IDENTITY == 0
    # 1.5 GB for ten million images; the bytes that do not grow with the list are left out.
    small = measure(1000)
    assert (result['MiB'] - small['MiB']) * 2**20 / (count - 1000) < 160
