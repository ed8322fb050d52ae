/* SPDX-License-Identifier: MIT */
/*
 * A mapping's runner on a real store, with a function that is a few lines of the test.
 * test: threads
 */
#include "tests/unit/triggers/runner_lab.h"

#include "backend/triggers/lease.h"
#include "backend/triggers/progress.h"

static void what_is_written_is_delivered_and_kept(void **state)
{
    (void)state;
    struct runner_lab lab;
    struct status status;
    lab_make(&lab);
    lab_put_many(&lab, 250);
    lab_add(&lab);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 250);
    assert_int_equal(lab.calls, 3); /* batches of 100 */
    lab_put_many(&lab, 1);
    LAB_WAIT(&lab, lab.records == 251);
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 251);
    assert_int_equal(status.ledger.seen, 251);
    assert_int_equal(status.ledger.calls, lab.calls);
    assert_string_equal(status_word(status.state), "idle");
    lab_stop(&lab);
    assert_true(lab_status(&lab, &status));
    assert_string_equal(status_word(status.state), "stopped");

    lab_put_many(&lab, 10);
    lab_run(&lab);
    LAB_WAIT(&lab, lab.records == 261); /* none twice */
    LAB_WAIT_STATUS(&lab, &status, status.ledger.succeeded == 261);
    lab_free(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_delivered_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
