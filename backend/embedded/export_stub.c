/* SPDX-License-Identifier: MIT */
/* Stands in until exports and imports are there. */
#include "backend/embedded/job.h"
bool export_work(struct call *call, struct job *job, struct err *err){(void)call;(void)job;return err_set(err,ERR_INTERNAL,"not yet");}
bool import_work(struct call *call, struct job *job, struct err *err){(void)call;(void)job;return err_set(err,ERR_INTERNAL,"not yet");}
