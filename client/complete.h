/* SPDX-License-Identifier: Apache-2.0 */
/*
 * complete.h - the words that can stand at a place of evpnctl's command line, for the shell (client/evpnctl.bash)
 */
#pragma once

/*
 * `evpnctl --complete WORD...': the words behind evpnctl, up to the one that is being typed, which may be "". Prints a word in a
 * line each; "FILE" alone in a line: file names. VNIs and neighbors are the running evpnd's; without it there are none.
 */
int complete(int n_words, char **words);
