/* SPDX-License-Identifier: MIT */
/* The process: hands the command line to the one function that knows what to do with it. */
#include "views/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
