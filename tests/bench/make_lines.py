#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rows for `countersign hash --lines`: make_lines.py [NUMBER] >rows.jsonl

The same rows for the same number. Each is a flat SafeTx as an auditor of one organisation has them:
four Safes on three chains, calls that schedule addComposeHash through a timelock (292 bytes of
calldata), addresses with their checksum (fixed ones, so that no Keccak is needed here), one claim
of a hash in none of them. Peers (ethers, cast) get the very same rows.
"""
import hashlib
import json
import sys

SAFES = [
    (1, "0x1780C78eB50cD28dC349CEA8452eD1F7206D8fF9", "1.4.1"),
    (8453, "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79", "1.4.1"),
    (8453, "0xD27E699f481e849DBC69CdEF7E822e19F402993C", "1.3.0+L2"),
    (10, "0xb2E539cda647bca70D07D752A3a0f7D73806c74A", "1.5.0"),
]
TIMELOCKS = [
    "0x4C073a92B1C8Fb55313102Ab412fb7F1704bcBdD",
    "0xF0911198Ef0a4b4234546fa5F50d6d1D45091774",
]
ZERO = "0x" + "00" * 20


def word(n):
    return n.to_bytes(32, "big")


def schedule(i):
    """schedule(address,uint256,bytes,bytes32,bytes32,uint256) of addComposeHash(bytes32)"""
    seed = hashlib.sha256(str(i).encode()).digest()
    call = bytes.fromhex("dfc77223") + seed
    return (
        bytes.fromhex("01d5062a") + word(0xD49880BDDFAC4FD20D3B6BEE01C71231C0C63789) + word(0)
        + word(192) + word(0) + hashlib.sha256(seed).digest() + word(3600 + i % 7)
        + word(len(call)) + call.ljust(64, b"\0")
    )


def row(i):
    chain_id, safe, version = SAFES[i // 50 % len(SAFES)]
    return {
        "chainId": chain_id, "safe": safe, "version": version,
        "to": TIMELOCKS[i % 2], "value": "0", "data": "0x" + schedule(i).hex(), "operation": 0,
        "safeTxGas": "0", "baseGas": "0", "gasPrice": "0", "gasToken": ZERO,
        "refundReceiver": ZERO, "nonce": str(i),
    }


for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10000):
    print(json.dumps(row(n), separators=(",", ":")))
