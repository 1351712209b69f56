/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_join.h - evpn.conf and the files it includes as one text, and where each line of it comes from
 *
 * libconfig parses that text, so it opens no file. The scanner adds pieces of files in the order in which they stand: a
 * piece begins at the beginning of a file, and behind each @include of it.
 */
#pragma once

#include "config/config.h"

struct config_join;

struct config_join *join_new(void);
void join_free(struct config_join *join);

/* The text that is added next stands in `file`, from this line on. The name is borrowed. */
void join_begin(struct config_join *join, const char *file, unsigned int line);

/* Adds the text from `from` to the character before `to`. */
void join_add(struct config_join *join, const char *from, const char *to);

/* Adds this text, which has no line break and stands in no file. */
void join_put(struct config_join *join, const char *text);

/* Whether there is no room for another file: files that include others several times grow without bounds. */
bool join_is_full(const struct config_join *join);

/* The whole text, which the join owns. Nothing can be added any more. */
const char *join_text(struct config_join *join);

/* Where the line of the whole text comes from. */
struct config_where join_place(const struct config_join *join, unsigned int line);
