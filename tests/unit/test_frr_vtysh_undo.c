/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frr_vtysh_undo.c - the plugin frr-vtysh after a reload has failed, or FRR does not show what it has accepted: FRR's
 * former configuration is restored and compared
 *
 * A script stands in place of vtysh. With real FRR: tests/netns/vtysh-undo.sh.
 */
#include <errno.h>
#include <string.h>

#include "unit.h"
#include "vtysh_case.h"

#define HALF	  "frr version 8.4.4\nfrr defaults traditional\n!\nend\n"
#define CONFIG_AB "frr version 8.4.4\n!\nip route 10.1.0.0/16 blackhole\nip route 10.2.0.0/16 blackhole\nend\n"
#define RESTORED  "FRR's former configuration is in force again"
/* FRR gets only a part of the lines, and all of the next ones. */
#define APPLY_HALF "rm $d/fail.apply; cp $d/former $d/applied; cp $d/half $d/running; "

static void begin(void)
{
	write_file("wanted", CONFIG_B);
	write_file("half", HALF);
	write_file("former", CONFIG_A);
}

static void assert_restored(void)
{
	ck_assert_msg(strstr(err.msg, "\n" RESTORED) != NULL, "%s", err.msg);
	ck_assert_str_eq(read_file("running"), CONFIG_A);
}

START_TEST(test_time_limit)
{
	options[3].value = "5";
	open_plugin();
	begin();
	write_file("fail.apply", APPLY_HALF "sleep 600");
	assert_failed(outcome(NULL, 1), ETIMEDOUT, "vtysh (applying the difference) did not end within 5 s");
	assert_restored();
	/* The same demand has the same result. */
	write_file("fail.apply", APPLY_HALF "sleep 600");
	assert_failed(outcome(NULL, 2), ETIMEDOUT, "vtysh (applying the difference) did not end within 5 s");
	assert_restored();
}
END_TEST

START_TEST(test_killed)
{
	begin();
	write_file("fail.apply", APPLY_HALF "kill -SEGV $$");
	assert_failed(outcome(NULL, 1), EIO, "vtysh (applying the difference) was killed by signal 11");
	assert_restored();
}
END_TEST

START_TEST(test_reading_back_fails)
{
	begin();
	write_file("fail.apply", APPLY_HALF "echo ' zebra bgpd staticd'; echo 'frr version 8.4.4'; exit 0");
	assert_failed(outcome(NULL, 1), EIO, "vtysh (applying the difference) ended with status 0");
	assert_restored();
	/* FRR refuses lines, and then does not print its configuration once. */
	begin();
	write_file("fail.apply", APPLY_HALF "echo '% No.'; echo 'rm $d/fail.read; exit 1' > $d/fail.read; exit 13");
	assert_failed(outcome(NULL, 2), EIO, "vtysh -c 'show running-config' ended with status 1");
	assert_restored();
}
END_TEST

START_TEST(test_dropped_demand)
{
	begin();
	/* FRR has got a part of the lines when another demand comes, whose file vtysh refuses. */
	write_file("fail.apply", APPLY_HALF "sleep 600");
	ck_assert_int_eq(ask(NULL, 1), 0);
	while (!strstr(err.msg, "changing FRR's configuration") || strcmp(read_file("running"), HALF) != 0) {
		if (fake_host_readable(plugin->event_fd(self), 10))
			plugin->on_event(self, &err);
		ck_assert_int_eq(ask(NULL, 1), 0);
	}
	write_file("fail.check", "echo 'line 4: % Unknown command[4]: ip route' >&2; exit 2");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED, "line 4: % Unknown command[4]: ip route");
	assert_restored();
}
END_TEST

START_TEST(test_former_is_kept)
{
	begin();
	/* Nothing can be restored. */
	write_file("fail.apply", "cp $d/half $d/running; echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED,
		      "% No.\nFRR's former configuration could not be restored completely; remaining difference:\n"
		      "ip route 10.1.0.0/16 blackhole");
	/* The configuration that was read now is half applied; the one before is restored. */
	write_file("fail.apply", APPLY_HALF "echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED, "% No.");
	assert_restored();
}
END_TEST

START_TEST(test_later_former)
{
	begin();
	write_file("fail.apply", APPLY_HALF "echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "% No.");
	assert_restored();
	/* What another program configures after a verified restoration is not deleted by the next one. */
	write_file("running", CONFIG_AB);
	write_file("former", CONFIG_AB);
	write_file("wanted", CONFIG_A);
	write_file("fail.apply", APPLY_HALF "echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED, RESTORED);
	ck_assert_str_eq(read_file("running"), CONFIG_AB);
}
END_TEST

START_TEST(test_daemon_dies)
{
	begin();
	/* bgpd ends when it gets the lines, and is started again, as by watchfrr. */
	write_file("fail.apply", "echo x >> $d/deaths; cp $d/half $d/running; "
				 "[ $(wc -l < $d/deaths) -lt 3 ] || { rm $d/fail.apply; cp $d/former $d/applied; }; "
				 "echo ' zebra staticd'; cat $d/running; exit 0");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED,
		      "FRR's bgpd has ended 3 times while its configuration was changed");
	assert_restored();
}
END_TEST

START_TEST(test_daemon_is_missing_meanwhile)
{
	begin();
	/* The second time that the configuration is read after lines were refused, bgpd does not run. */
	write_file("fail.apply", APPLY_HALF "echo '% No.'; : > $d/refused; exit 13");
	write_file("fail.read", "if [ -e $d/again ]; then echo ' zebra staticd'; cat $d/running; exit 0; fi; "
				"[ ! -e $d/refused ] || : > $d/again");
	assert_waits(1, "% No.\nbefore its former configuration can be restored: FRR's bgpd does not answer");
	forget_file("fail.read");
	write_file("bgpd.vty", "");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "% No.\n" RESTORED);
	assert_restored();
}
END_TEST

START_TEST(test_contradiction)
{
	write_file("wanted", "router bgp 64514\n neighbor 10.0.0.1 remote-as 1\nexit\nrouter bgp 65009\nexit\n");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED,
		      "line 4: 'router bgp 65009': line 1 has already defined this instance with AS 64514");
	ck_assert_str_eq(read_file("calls"), "read\n");
}
END_TEST

START_TEST(test_not_shown)
{
	/* FRR shows the line in no form: applied twice, and one warning. */
	write_file("wanted", CONFIG_AB);
	ck_assert_int_eq(outcome(NULL, 1), 1);
	ck_assert_str_eq(read_file("calls"), "read\ncheck\napply\napply\n");
	ck_assert_ptr_nonnull(
		strstr(logged(), "4: FRR accepts, but does not show; evpnd cannot verify these lines of"));
	ck_assert_ptr_nonnull(strstr(logged(), "ip route 10.2.0.0/16 blackhole"));
	/* Known from then on. */
	write_file("calls", "");
	ck_assert_int_eq(outcome(NULL, 2), 1);
	ck_assert_str_eq(read_file("calls"), "read\ncheck\napply\n");
	ck_assert_ptr_null(strstr(strstr(logged(), "4: FRR accepts") + 1, "4: FRR accepts"));
	/* With an error message it is refused. */
	write_file("wanted", CONFIG_AB "ip route 10.3.0.0/16 blackhole\n");
	write_file("fail.apply", "echo '% Cannot do this'");
	assert_failed(outcome(NULL, 3), EVPN_ERROR_REFUSED, "% Cannot do this\n" RESTORED);
}
END_TEST

START_TEST(test_second_application)
{
	begin();
	/* FRR accepts a line only after another one. */
	write_file("fail.apply", "mv $d/fail.apply $d/kept; cp $d/half $d/applied; cp $d/wanted $d/next; "
				 "echo 'cp $d/next $d/applied' > $d/fail.apply");
	ck_assert_int_eq(outcome(NULL, 1), 1);
	ck_assert_str_eq(read_file("calls"), "read\ncheck\napply\napply\n");
	ck_assert_str_eq(logged(), "");
}
END_TEST

START_TEST(test_deletion_without_effect)
{
	write_file("wanted", HALF);
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED,
		      "FRR accepted every line, but its configuration differs from");
	ck_assert_ptr_nonnull(strstr(err.msg, "remaining difference:\nno ip route 10.1.0.0/16 blackhole\n" RESTORED));
	/* The same for a line of the file that begins with `no'. */
	write_file("running", "frr version 8.4.4\n!\nip forwarding\nend\n");
	write_file("wanted", "no ip forwarding\n");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED, "remaining difference:\nno ip forwarding\n" RESTORED);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_time_limit,     test_killed,	test_reading_back_fails, test_dropped_demand,
		test_former_is_kept, test_later_former, test_daemon_dies,	 test_daemon_is_missing_meanwhile,
		test_contradiction,  test_not_shown,	test_second_application, test_deletion_without_effect,
	};
	TCase *tcase = tcase_create("frr-vtysh-undo");

	tcase_add_checked_fixture(tcase, vtysh_set_up, plugin_case_end);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run("frr-vtysh-undo", tcase);
}
