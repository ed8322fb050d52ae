/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_JOB_LIST_H
#define BACKEND_EMBEDDED_JOB_LIST_H

#include "backend/embedded/job.h"

/* ListExports and ListImports: jobs of a kind, the newest first, page by page. */
struct job_listing {
    enum job_kind kind;
    struct str name;  /* of the answer's list */
    struct str limit; /* of the parameter that bounds a page */
    bool (*put)(struct call *call, const struct job *job, struct err *err); /* one summary */
};

/* Answers the request, whose TableArn and NextToken are optional. */
bool job_list(struct call *call, const struct job_listing *listing, struct err *err);

#endif
