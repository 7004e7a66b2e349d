"""The embedded broker under many hands."""

import threading
from pathlib import Path

from kombu import Connection, Exchange, Queue

QUEUE = Queue("work", Exchange("work"), routing_key="work")


def connection(folder: Path) -> Connection:
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    messages = str(folder / "messages")
    options = {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folder / "control"),
    }
    return Connection("filesystem://localhost//", transport_options=options)


def test_addresses_of_files_lead_to_our_broker(tmp_path: Path) -> None:
    assert type(connection(tmp_path).transport).__module__ == "config.file_broker"


def test_no_message_is_read_before_it_is_whole(tmp_path: Path) -> None:
    count = 300

    def send(start: int) -> None:
        with connection(tmp_path) as sending:
            producer = sending.Producer()
            for number in range(start, start + count):
                producer.publish(
                    {"number": number, "words": "x" * 5_000},
                    exchange=QUEUE.exchange,
                    routing_key="work",
                    declare=[QUEUE],
                )

    senders = [threading.Thread(target=send, args=(start,)) for start in (0, count)]
    read: list[int] = []
    with connection(tmp_path) as receiving:
        box = receiving.SimpleQueue(QUEUE)  # type: ignore[arg-type]  # its stubs know names only
        for sender in senders:
            sender.start()
        while len(read) < 2 * count:
            message = box.get(timeout=20)
            read.append(message.payload["number"])
            message.ack()
        box.close()

    for sender in senders:
        sender.join()
    assert sorted(read) == list(range(2 * count))
    assert not list((tmp_path / "messages").iterdir())
