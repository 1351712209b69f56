/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - FNV-1a (RFC 9923): short names and addresses to numbers that are the same on every run
 *
 * Not for input that somebody chooses to make collide.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_START32 2166136261u
#define HASH_START64 14695981039346656037u

/* The hash of what `hash` stands for, followed by these bytes. Begin with HASH_START32, HASH_START64. */
static inline uint32_t hash_bytes32(uint32_t hash, const void *data, size_t len)
{
	for (const uint8_t *byte = data; len > 0; byte++, len--)
		hash = (hash ^ *byte) * 16777619u;
	return hash;
}

static inline uint64_t hash_bytes64(uint64_t hash, const void *data, size_t len)
{
	for (const uint8_t *byte = data; len > 0; byte++, len--)
		hash = (hash ^ *byte) * 1099511628211u;
	return hash;
}
