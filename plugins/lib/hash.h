/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - the 64-bit FNV-1a hash (RFC 9923) of bytes
 *
 * It detects accidental differences; it does not resist an attacker. Header only, and nothing but libc: evpn-reloader
 * uses it too.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The hash of no bytes, to begin with. */
#define HASH_START 14695981039346656037u

/* Adds these bytes to a hash. */
static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	for (const uint8_t *byte = data; len > 0; byte++, len--)
		hash = (hash ^ *byte) * 1099511628211u;
	return hash;
}
