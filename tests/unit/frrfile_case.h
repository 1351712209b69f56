/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrfile_case.h - a folder in the place of the shared volume, and a state directory in it
 *
 * frrfile_case_begin and frrfile_case_end are the fixture; they make and remove both.
 */
#pragma once

#include "frr/frrfile.h"

struct frrfile_case {
	char dir[64], state[80], path[96]; /* path: of frr.conf */
	struct config_frr frr;
};

extern struct frrfile_case fc;

void frrfile_case_begin(void);
void frrfile_case_end(void);

/* The file has this text. */
void frrfile_case_text(const char *file, const char *want);

/* The folder has nothing but the `n` named entries: no temporary file was left behind. */
void frrfile_case_entries(unsigned int n);
