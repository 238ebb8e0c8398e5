from tests.reliability.run_long_list import PER_IDENTITY, measure


def test_a_pack_of_many_images_takes_little_memory() -> None:
    few, many = measure(100_000), measure(1_000_000)
    assert many['images'] == 1_000_000 and many['images'] % PER_IDENTITY == 0
    # 1.5 GB for ten million images; the bytes that do not grow with the list are left out.
    assert (many['MiB'] - few['MiB']) * 2**20 / 900_000 < 160
