/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forbidden-calls.c - makes each system call that a program of FRR's container has no business with
 *
 * The arguments are wrong, so that nothing happens. It prints a line for each call that the kernel does not refuse as a
 * call: the result is another one than ENOSYS, EPERM or, for sockets, EAFNOSUPPORT. Exit status: 0.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(call) #call, SYS_##call
/* An address that no process has. */
#define BAD 1L

static const struct call {
	const char *name;
	long number;
	long args[5];
} calls[] = {
	{ CALL(ptrace), { PTRACE_ATTACH, -1, 0, 0 } },
	{ CALL(process_vm_readv), { 1, 0, 0, 0, 0 } },
	{ CALL(process_vm_writev), { 1, 0, 0, 0, 0 } },
	{ CALL(kcmp), { 1, 1, 0, 0, 0 } },
	{ CALL(pidfd_getfd), { -1, 0, 0 } },
	{ CALL(process_madvise), { -1, 0, 0, 0, 0 } },
	{ CALL(mount), { BAD, BAD, BAD, 0, BAD } },
	{ CALL(umount2), { BAD, 0 } },
	{ CALL(pivot_root), { BAD, BAD } },
	{ CALL(chroot), { BAD } },
	{ CALL(open_tree), { -1, BAD, 0 } },
	{ CALL(move_mount), { -1, BAD, -1, BAD, 0 } },
	{ CALL(fsopen), { BAD, 0 } },
	{ CALL(fsconfig), { -1, 0, 0, 0, 0 } },
	{ CALL(fsmount), { -1, 0, 0 } },
	{ CALL(fspick), { -1, BAD, 0 } },
	{ CALL(mount_setattr), { -1, BAD, 0, BAD, 0 } },
	{ CALL(setns), { -1, 0 } },
	{ CALL(unshare), { 0 } },
	{ CALL(clone), { CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0 } },
	{ CALL(clone), { CLONE_NEWNS | CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0 } },
	{ CALL(clone3), { BAD, 0 } },
	{ CALL(name_to_handle_at), { -1, BAD, BAD, BAD, 0 } },
	{ CALL(open_by_handle_at), { -1, BAD, 0 } },
	{ CALL(mknodat), { -1, BAD, 0, 0 } },
	{ CALL(add_key), { BAD, BAD, 0, 0, 0 } },
	{ CALL(request_key), { BAD, BAD, 0, 0 } },
	{ CALL(keyctl), { KEYCTL_GET_KEYRING_ID, -3, 0, 0, 0 } },
	{ CALL(bpf), { -1, BAD, 0 } },
	{ CALL(perf_event_open), { BAD, 0, -1, -1, 0 } },
	{ CALL(userfaultfd), { -1 } },
	{ CALL(io_uring_setup), { 0, BAD } },
	{ CALL(io_uring_enter), { -1, 0, 0, 0, 0 } },
	{ CALL(io_uring_register), { -1, 0, 0, 0 } },
	{ CALL(io_setup), { 0, BAD } },
	{ CALL(memfd_create), { BAD, 0 } },
	{ CALL(vmsplice), { -1, 0, 0, 0 } },
	{ CALL(kexec_load), { 0, 0, BAD, -1 } },
	{ CALL(reboot), { 0, 0, 0, 0 } },
	{ CALL(init_module), { BAD, 0, BAD } },
	{ CALL(finit_module), { -1, BAD, 0 } },
	{ CALL(delete_module), { BAD, 0 } },
	{ CALL(swapon), { BAD, 0 } },
	{ CALL(swapoff), { BAD } },
	{ CALL(syslog), { -1, 0, 0 } },
	{ CALL(acct), { BAD } },
	{ CALL(quotactl), { -1, BAD, 0, 0 } },
	{ CALL(settimeofday), { BAD, BAD } },
	{ CALL(clock_settime), { -1, BAD } },
	{ CALL(clock_adjtime), { -1, BAD } },
	{ CALL(adjtimex), { BAD } },
	{ CALL(sethostname), { BAD, -1 } },
	{ CALL(setdomainname), { BAD, -1 } },
	{ CALL(capset), { BAD, BAD } },
	{ CALL(personality), { 0xffffffff } },
	{ CALL(seccomp), { -1, 0, 0 } },
	{ CALL(fanotify_init), { -1, 0 } },
	{ CALL(sched_setscheduler), { 0, -1, 0 } },
	{ CALL(shmget), { BAD, 0, 0 } },
	{ CALL(msgget), { BAD, 0 } },
	{ CALL(mq_open), { BAD, 0, 0, 0 } },
	{ CALL(socket), { AF_INET, SOCK_DGRAM, 0 } },
	{ CALL(socket), { AF_NETLINK, SOCK_RAW, 0 } },
	{ CALL(socket), { AF_PACKET, SOCK_RAW, 0 } },
	{ CALL(socket), { AF_VSOCK, SOCK_STREAM, 0 } },
	{ CALL(socket), { AF_ALG, SOCK_SEQPACKET, 0 } },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const long *a = calls[i].args;
		long result = syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4]);

		if (result == 0 && calls[i].number == SYS_clone)
			_exit(0);
		if (result < 0 && (errno == ENOSYS || errno == EPERM || errno == EAFNOSUPPORT))
			continue;
		printf("allowed: %s: %s\n", calls[i].name, result < 0 ? strerror(errno) : "success");
	}
	printf("%zu calls\n", sizeof(calls) / sizeof(calls[0]));
	return 0;
}
