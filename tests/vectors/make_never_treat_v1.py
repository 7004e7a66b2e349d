"""Write never_treat_v1.json: `python tests/vectors/make_never_treat_v1.py`.

A second implementation on purpose, from the written rule and nothing of ours. The file is
published and never changes; another rule is another version and file.
"""

import hashlib
import json
from pathlib import Path

TARGET = Path(__file__).with_name("never_treat_v1.json")
ABOUT = (
    "What the list of the never treated keeps of a customer, version 1: the first 32 hexadecimal "
    "digits, in lower case, of sha256(n:salt:customer), in UTF-8. Customers are canonical: "
    "trimmed, and in NFC."
)
SALTS = ["Nt8-fJ2_nD5sZ0yC", "Nt8-fJ2_nD5sZ0yD", "-_09azAZ-_0", "0123456789abcdef" * 4]
CUSTOMERS = [
    "12", "012", "0012", "0", "-1", "a:b", "n:", ":", "'", '"', "\\", "%s", "||", "customer  7",
    "mail@example.org", "+493012345678", "A", "a", "Müller", "\u00c5ngstr\u00f6m", "\uac00",
    "stra\u00dfe", "客户42", "клиент", "عميل", "ग्राहक", "\U0001f600", "\U0001f469\u200d\U0001f4bb",
    "z\u200bz", "f" * 256, "é" * 256, "😀" * 256,
    *[f"customer-{number:05d}" for number in range(40)],
]  # fmt: skip


def digest(salt: str, customer: str) -> str:
    return hashlib.sha256(("n:" + salt + ":" + customer).encode("utf-8")).hexdigest()[0:32]


def text() -> str:
    """One row a line, in ASCII: no editor and no version control changes a character."""
    rows = ",\n".join(
        json.dumps({"salt": salt, "customer": customer, "digest": digest(salt, customer)})
        for salt in SALTS
        for customer in CUSTOMERS
    )
    return f'{{"about": {json.dumps(ABOUT)},\n"rows": [\n{rows}\n]}}\n'


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="ascii")
