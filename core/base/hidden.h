/* SPDX-License-Identifier: Apache-2.0 */
/* hidden.h - says so where evpnd's own unit hides a file from it (ProtectHome= of systemd.exec(5)) */
#pragma once

/*
 * What to append to the message that `path' cannot be used: "; ..." if the path is below a directory that is hidden, else
 * "". The text is constant.
 */
const char *hidden_hint(const char *path);
