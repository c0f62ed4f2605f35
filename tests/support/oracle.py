# SPDX-License-Identifier: Apache-2.0
"""What must hold after every fault, once it is healed and everything has been published."""
import collections

from tests.support.gateway import wait_until


def assert_nothing_lost_doubled_or_invented(test, providers, gateways, connect=None):
    """Every delivery answered 2xx is on the stream, exactly once and with its own bytes' hash; nothing is there that nobody
    sent; every gateway's ledger balances. `connect` opens a Redis that is not the embedded one. Gives the stream's entries."""
    connect = connect or gateways[0].redis
    ledgers = [gateway.wait_until_drained() for gateway in gateways]
    # What Redis had lost is put back behind the cursor: that has come to its end when Redis holds every journal's last row.
    wait_until(lambda: marks(connect) == sorted(ledger["committed"] for ledger in ledgers), 120, "the end of restoring")

    entries = gateways[0].entries(connect())
    contacts = [event["data"]["contacts"][0] for _, _, event in entries]
    times_entered = collections.Counter(contact["external_id"] for contact in contacts)
    sent = {message_id: digest for provider in providers for message_id, digest in provider.sent.items()}
    answered = {message_id for provider in providers for message_id in provider.answered}

    test.assertFalse(answered - times_entered.keys(), "answered 2xx, but not on the stream")
    test.assertFalse([m for m, times in times_entered.items() if times > 1], "more than once on the stream")
    test.assertFalse(times_entered.keys() - sent.keys(), "on the stream, but sent by nobody")
    test.assertEqual(len({event["id"] for _, _, event in entries}), len(entries), "two entries have one id")
    test.assertFalse([c["external_id"] for c in contacts if c["raw_sha256"] != sent[c["external_id"]]], "other bytes than were sent")
    for ledger in ledgers:
        test.assertTrue(ledger["balances"], ledger)
    test.assertGreaterEqual(sum(ledger["committed"] for ledger in ledgers), len(answered))
    entered = sum(line["count"] for ledger in ledgers for line in ledger["lines"] if line["outcome"] in ("published", "appended", "repeated"))
    test.assertEqual(entered, len(entries), "the ledgers count other entries than there are")
    return entries


def marks(connect):
    with connect() as redis:
        return sorted(int(redis("GET", key)) for key in redis("KEYS", "{sp:0}:mark:*"))
