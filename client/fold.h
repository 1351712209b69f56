/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - VNIs that are shown as one: with neighboring numbers, and alike
 */
#pragma once

#include "base/json.h"

/* What VNIs must have in common to be one. */
enum fold_level {
	FOLD_NONE,
	FOLD_ALIKE, /* type, VRF, state, reason, whether there is a host device; and their numbers follow one another */
	FOLD_VRFS, /* the same, in whatever VRF */
	FOLD_STATES, /* type, state, reason, whether there is a host device */
};

struct fold {
	const json_t *first; /* borrowed of the status */
	long long last; /* the last number */
	size_t n;
	bool mixed; /* they are in several VRFs */
	long long macs, neighbors; /* sums */
	long long vteps; /* the most of one VNI: they are the same ones, most likely */
};

/* The VNIs of a status in their order. *ret_folds is freed by the caller. Returns how many there are. */
size_t fold_vnis(const json_t *vnis, enum fold_level level, struct fold **ret_folds);

/* "110", "110-119" or, with numbers left out, "110..119", into ret_text, which it returns. */
#define FOLD_TEXT_SIZE 48
const char *fold_numbers(const struct fold *fold, char ret_text[FOLD_TEXT_SIZE]);

/* The name of a device, of the first VNI: "br110", and "br110.." if there are more. */
const char *fold_device(const struct fold *fold, const char *which, char ret_text[FOLD_TEXT_SIZE]);
