"""Check this folder without Panah.

python3 -I check.py [--list] [--seals FILE] [FILES THAT WERE RECEIVED ...]
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from pathlib import Path


def sha(*pieces: bytes) -> str:
    """Return the hexadecimal SHA-256 of pieces, one after the other."""
    return hashlib.sha256(b"".join(pieces)).hexdigest()


case = json.loads(Path(__file__).resolve().with_name("evidence.json").read_text(encoding="utf-8"))
wanted, wrong = sys.argv[1:], list[str]()
kept_elsewhere: set[str] | None = None
if "--seals" in wanted:
    at = wanted.index("--seals")
    kept_elsewhere = set(Path(wanted[at + 1]).read_text(encoding="ascii").splitlines())
    del wanted[at : at + 2]

# 1. The chain: each digest is SHA-256 of the digest before it and of the content of the event.
digest, digests = sha(b"panah event chain 1\n", case["chain"].encode()), dict[int, str]()
told = []
for place, event in enumerate(case["events"], start=1):
    chain, position, name, _, actor, instant, payload = json.loads(event["content"])
    digest = sha(bytes.fromhex(digest), event["content"].encode())
    digests[position] = digest
    told.append((name, payload))
    said = (event["position"], event["event"], event["at"], event["actor"], event["digest"])
    if chain != case["chain"] or position != place or said != (position, name, instant, actor, digest):
        wrong.append(f"event {place} is not what the chain says")
    if "--list" in wanted:
        sys.stdout.write(f"{position} {instant} {name} by {actor}: {json.dumps(payload)}\n")

# 2. Other rows: each has a digest, and an event of the chain says what those of a batch come to.
batches: dict[str, list[str]] = {}
for row in case["rows"]:
    if row["content"] is not None and sha(row["content"].encode()) != row["digest"]:
        wrong.append(f"{row['kind']} {row['id']} is not what was attested")
    batches.setdefault(row["batch"], []).append(f"{row['kind']} {row['id']} {row['digest']}\n")
for batch in [payload for name, payload in told if name == "RowsAttested"]:
    if sha("".join(sorted(batches.pop(batch["batch_id"], []))).encode()) != batch["digest"]:
        wrong.append(f"the rows attested as {batch['batch_id']} are not those of the chain")
wrong += [f"rows of {batch} are in no event" for batch in batches]

# 3. Files: the chain holds the HMAC-SHA256 of each SHA-256, under the key of this case.
marks = {payload["file_id"]: payload["fingerprint"] for name, payload in told if name == "FileStored"}
for file in case["files"]:
    mark = hmac.new(bytes.fromhex(case["fingerprint_key"]), file["sha256"].encode(), "sha256").hexdigest()
    if marks.get(file["id"]) != mark:
        wrong.append(f"the SHA-256 of file {file['id']} is not the one of the chain")
received = {file["sha256"]: file["id"] for file in case["files"]}
for path in [Path(one) for one in wanted if one != "--list"]:
    known = received.get(sha(path.read_bytes()))
    sys.stdout.write(f"{path.name}: {'received as file ' + known if known else 'NOT among the files received'}\n")

# 4. Seals: from where the chain ended a hash tree leads to the root of each seal, which others may have kept.
for proof in case["seals"]:
    node = sha(b"\0", f"{case['chain']} {proof['position']} {proof['digest']}".encode())
    for side, other in proof["path"]:
        pair = (other, node) if side == "left" else (node, other)
        node = sha(b"\1", bytes.fromhex(pair[0]), bytes.fromhex(pair[1]))
    seal = json.loads(proof["line"])
    if node != seal["root"] or digests.get(proof["position"]) != proof["digest"]:
        wrong.append(f"seal {seal['seal']} does not hold this chain")
    if kept_elsewhere is not None and proof["line"] not in kept_elsewhere:
        wrong.append(f"seal {seal['seal']} is not in the file of seals")

sealed = max([proof["position"] for proof in case["seals"]], default=0)
sys.stdout.write("".join(f"WRONG: {one}\n" for one in wrong))
sys.stdout.write(
    f"case {case['case']}: {len(told)} events, {len(case['rows'])} other rows, {len(case['files'])} files; "
)
sys.stdout.write(f"sealed up to event {sealed}; {'it does NOT hold' if wrong else 'all of it fits together'}.\n")
sys.exit(1 if wrong else 0)
